#!/bin/bash
# Every container and encoding that responders hold gives the changes that the truth asks for. Each row writes
# a generated incident's records anew (containers.py), under the old names, which nothing looks at.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
python=/usr/bin/python3
# Records that analyze names are those that dump shows at that place, each on one line.
places() { # places OUT EVIDENCE
    find "$2" -type f -exec "$UNGRANT" dump {} + >dumped 2>/dev/null
    $python "$ROOT/tests/e2e/places.py" "$1" dumped
}
make_as() { $python "$ROOT/tests/e2e/containers.py" "$@"; }

# seed: 2 and 3 hold servers on premises and workstations; every revoke of theirs can be matched by its names.
prepare() { # prepare SEED: incident-SEED, and what its event logs hold as lines
    [ -d "incident-$1" ] && return
    "$GENERATE" --seed "$1" --out "incident-$1" >/dev/null || exit 1
    find "incident-$1" -name '*.evtx' | while IFS= read -r log; do
        "$UNGRANT" dump "$log" >"$log.lines" 2>/dev/null || true
        mv "$log.lines" "$(echo "$log.lines" | tr / +)"
    done
}

rewrite() { # rewrite SEED SHAPE ENCODING: every file that the shape is about, in its place
    local seed=$1 shape=$2 encoding=$3 file
    rm -rf case && cp -r "incident-$seed" case
    case $shape in
    audit-*)
        file=case/evidence/onprem/AdminAuditLog.xml
        make_as "$shape" "$encoding" "incident-$seed/evidence/onprem/AdminAuditLog.xml" "$file"
        ;;
    *)
        find case -name '*.evtx' | while IFS= read -r file; do
            make_as "$shape" "$encoding" "$(echo "incident-$seed${file#case}.lines" | tr / +)" "$file"
        done
        ;;
    esac
}

while read -r seed shape encoding; do
    prepare "$seed"
    rewrite "$seed" "$shape" "$encoding"
    "$UNGRANT" analyze case/evidence -o "out" >log 2>&1
    ok "$shape in $encoding: seed $seed's changes are as the truth asks" \
        $python "$ROOT/tests/e2e/truth.py" case/truth.json out
    ok "$shape in $encoding: nothing of it is unknown or unreadable" \
        sh -c "! grep -E 'evtx|AdminAudit' out/errors.jsonl"
    ok "$shape in $encoding: every record is where it is said to be" places out case/evidence
    rm -rf out
done <<'END'
2 xml-events utf-8
2 xml-events utf-8+bom
2 xml-lines utf-8
2 xml-events utf-16-le+bom
2 xml-lines utf-16-be+bom
3 xml-events utf-16-le
2 winlogbeat utf-8
2 nxlog utf-8
2 evtx_dump-lines utf-8
2 evtx_dump-pretty utf-8
3 evtx_dump-lines utf-16-le+bom
3 audit-xml utf-16-le+bom
2 audit-clixml utf-16-le+bom
3 audit-clixml utf-8
2 audit-json utf-8
3 audit-json-lines utf-16-be+bom
END

# Files of several blocks, which several workers read.
log=$(find incident-2 -path '*ws01*' -name '*PowerShell%4Operational.evtx' | head -n 1)
for shape in xml-lines winlogbeat evtx_dump-pretty; do
    make_as $shape utf-16-le "$(echo "$log.lines" | tr / +)" one
    size=$(stat -c %s one)
    for _ in $(seq $((5000000 / size + 1))); do cat one; done >many
    "$UNGRANT" analyze --jobs 1 many -o many-1 >/dev/null 2>&1
    "$UNGRANT" analyze --jobs 3 many -o many-3 >/dev/null 2>&1
    ok "$shape in blocks: every record was counted" test \
        "$(grep -o '"records": [0-9]*' many-1/coverage.json | head -n 1 | tr -dc 0-9)" -eq \
        $(((5000000 / size + 1) * $(wc -l <"$(echo "$log.lines" | tr / +)")))
    ok "$shape in blocks: three workers write the same bytes" diff -r many-1 many-3
    ok "$shape in blocks: nothing was unreadable" test ! -s many-1/errors.jsonl
done

# What a domain controller saw, as Event Viewer saves it: a descriptor's two halves, delegates, a role group.
dc_event() { # dc_event RECORD ID [NAME VALUE]...
    local record=$1 id=$2
    shift 2
    printf "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
Name='Microsoft-Windows-Security-Auditing'/><EventID>%s</EventID><TimeCreated SystemTime='2023-01-11T15:56:%s.0000000Z'/>\
<EventRecordID>%s</EventRecordID><Channel>Security</Channel><Computer>dc1.c.t</Computer></System><EventData>" \
        "$id" "$record" "$record"
    while [ $# -gt 0 ]; do
        printf "<Data Name='%s'>%s</Data>" "$1" "$2"
        shift 2
    done
    printf "<Data Name='SubjectUserName'>p</Data><Data Name='SubjectDomainName'>C</Data></EventData></Event>\n"
}
value() { # value RECORD CORRELATION ATTRIBUTE TYPE VALUE
    dc_event "$1" 5136 OpCorrelationID "$2" ObjectDN "CN=M,DC=c,DC=t" ObjectClass user AttributeLDAPDisplayName "$3" \
        OperationType "$4" AttributeValue "$5"
}
stays="(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;S-1-5-21-1-500)(A;ID;GA;;;S-1-5-21-1-512)"
mine="(OA;;CR;ab721a54-1e2f-11d0-9819-00aa0040529b;;S-1-5-21-1-1105)"
{
    echo "<Events>"
    value 10 "{a}" nTSecurityDescriptor %%14675 "O:DAG:DAD:AI${stays}S:(AU;SA;CR;;;WD)"
    value 11 "{a}" nTSecurityDescriptor %%14674 "O:DAG:DAD:AI${stays}${mine}S:(AU;SA;CR;;;WD)"
    value 12 "{b}" msExchMailboxSecurityDescriptor %%14675 "O:PSG:PSD:(A;CI;CCRC;;;PS)(A;CI;CC;;;S-1-5-21-1-1106)"
    value 13 "{b}" msExchMailboxSecurityDescriptor %%14674 "O:PSG:PSD:(A;CI;CCRC;;;PS)(A;CI;CC;;;S-1-5-21-1-1105)"
    value 14 "{c}" publicDelegates %%14674 "CN=U,DC=c,DC=t"
    value 15 "{d}" nTSecurityDescriptor %%14674 "O:DAG:DAD:AI${stays}${mine}"
    dc_event 16 4756 TargetUserName "Organization Management" MemberName "CN=U,DC=c,DC=t" MemberSid S-1-5-21-1-1105
    dc_event 17 4728 TargetUserName "Book club" MemberName "CN=U,DC=c,DC=t" MemberSid S-1-5-21-1-1105
    echo "</Events>"
} >dc.xml
"$UNGRANT" analyze dc.xml -o dc >/dev/null 2>&1
is "a domain controller's log shows what differs, and nothing else" "$($python - <<'PY'
import json
for line in open("dc/timeline.jsonl"):
    c = json.loads(line)
    print(c["action"], c["right"], c["mailbox"]["written"], c["trustee"]["written"], c["scope"], c["result"],
          [(o["source"], o["record"]) for o in c["observations"]])
PY
)" "grant SendAs CN=M,DC=c,DC=t S-1-5-21-1-1105 None succeeded [('security-5136', '11')]
revoke FullAccess CN=M,DC=c,DC=t S-1-5-21-1-1106 None succeeded [('security-5136', '12')]
grant FullAccess CN=M,DC=c,DC=t S-1-5-21-1-1105 None succeeded [('security-5136', '13')]
grant SendOnBehalf CN=M,DC=c,DC=t CN=U,DC=c,DC=t None succeeded [('security-5136', '14')]
grant Role  CN=U,DC=c,DC=t Organization Management succeeded [('security-group', '16')]"
ok "half a descriptor is said, not guessed at" grep -q 'only the old or only the new one' dc/report.html

# Evidence that we did not write: ITEM READER RECORDS, one line each.
if [ -d "$SHARED_DATA/exchange" ]; then
    "$UNGRANT" analyze "$SHARED_DATA/exchange" "$SHARED_DATA/signin" -o shared >/dev/null 2>&1 || true
    while read -r item reader records; do
        is "$item is read by $reader" "$($python - "$item" <<'PY'
import json
import sys
items = json.load(open("shared/coverage.json"))["items"]
print([(i["reader"], i["records"], i["unreadable"]) for i in items if i["item"].endswith(sys.argv[1])])
PY
)" "[('$reader', $records, 0)]"
    done <<'END'
audit20230111-1.LOG exchange-log 1
proxylogon_ssrf_rce_poc_2021-03-14T01401970.json windows-json 10487
WindowsEvents.json windows-json 38
END
    "$UNGRANT" analyze "$SHARED_DATA"/evtx/windows-attacks/ID{4756,5136}* -o groups >/dev/null 2>&1 || true
    is "real domain controllers: members of Exchange's groups, and no change to other objects" \
        "$(jq -r '.action + " " + .right + " " + .scope' groups/timeline.jsonl | sort)" "grant Role Exchange Servers
grant Role Exchange Trusted Subsystem
grant Role Exchange Windows Permissions
grant Role Hygiene Management
grant Role Organization Management
grant Role Recipient Management
grant Role Server Management"
    is "the server's own audit log says it in UTC" \
        "$(grep -A12 'audit20230111-1.LOG' shared/coverage.json | grep -c '2023-01-11T15:56:33.189Z')" 2
else
    skip "evidence that we did not write" "../shared/data is not here"
fi

# The unified audit log and the permission snapshots of an online tenant.
prepare_online() {
    "$GENERATE" --seed 7 --environment online --out online >/dev/null || exit 1
}
prepare_online
as() { $python "$ROOT/tests/e2e/ual_containers.py" "$@"; }
log=evidence/m365/ual/AuditRecords.csv
while read -r shape encoding; do
    rm -rf case out && cp -r online case
    ok "audit log as $shape in $encoding is written" as "$shape" "$encoding" "online/$log" "case/$log"
    "$UNGRANT" analyze case/evidence -o out >log 2>&1
    ok "audit log as $shape in $encoding: changes are as the truth asks" \
        $python "$ROOT/tests/e2e/truth.py" case/truth.json out
    ok "audit log as $shape in $encoding: nothing of it is unknown or unreadable" \
        sh -c '! grep AuditRecords out/errors.jsonl'
    ok "audit log as $shape in $encoding: every record is where it is said to be" places out case/evidence
done <<'END'
csv utf-8
csv utf-8+bom
csv utf-16-le+bom
csv utf-16-be+bom
csv-type utf-8
csv-reversed utf-8
csv-semicolon utf-8+bom
csv-tab utf-16-le+bom
csv-indented utf-8
csv-portal utf-8+bom
json-5.1 utf-16-le+bom
json-7 utf-8
json-rows utf-8
json-blob utf-8
json-lines utf-8
json-lines utf-16-be+bom
json-graph utf-8
json-splunk utf-8
json-elastic utf-8
json-sekoia utf-8
json-sentinel utf-8
END

# Packed as responders send it: each file by gzip, the folder as one archive, an archive of packed files.
pack() { # pack HOW: case/evidence
    case $1 in
    gzip) find case/evidence -type f -exec gzip -n {} + ;;
    zip) (cd case/evidence && zip -qr ../all.zip . && rm -r ./* && mv ../all.zip .) ;;
    tar.gz) (cd case/evidence && tar czf ../all.tar.gz ./* && rm -r ./* && mv ../all.tar.gz .) ;;
    zip-of-gzip) pack gzip && pack zip ;;
    esac
}
for how in gzip zip tar.gz zip-of-gzip; do
    rm -rf case out && cp -r incident-3 case && pack $how
    "$UNGRANT" analyze case/evidence -o out >log 2>&1
    ok "packed as $how: changes are as the truth asks" $python "$ROOT/tests/e2e/truth.py" case/truth.json out
    ok "packed as $how: nothing is unknown or unreadable" test ! -s out/errors.jsonl
    ok "packed as $how: every record is where it is said to be" places out case/evidence
done

# Transcripts as PowerShell 2 to 7 and hosts of other tools write them.
while read -r encoding; do
    rm -rf case out && cp -r incident-3 case
    find case -name 'PowerShell_transcript*' | while IFS= read -r file; do
        $python - "$file" "$encoding" <<'PY'
import sys
path, (name, _, mark) = sys.argv[1], sys.argv[2].partition("+")
text = open(path, encoding="utf-8-sig", newline="").read()
open(path, "wb").write((("\ufeff" if mark else "") + text).encode(name))
PY
    done
    "$UNGRANT" analyze case/evidence -o out >log 2>&1
    ok "transcripts in $encoding: changes are as the truth asks" $python "$ROOT/tests/e2e/truth.py" case/truth.json out
    ok "transcripts in $encoding: nothing is unknown or unreadable" test ! -s out/errors.jsonl
    ok "transcripts in $encoding: every record is where it is said to be" places out case/evidence
done <<'END'
utf-8
utf-8+bom
utf-16-le
utf-16-le+bom
utf-16-be+bom
cp1252
END

# Output folders of the usual collection scripts: the same tables under their own names, beside their notes.
tool() { # tool NAME: case/evidence/m365 as that tool leaves it
    case $1 in
    extractor-suite)
        mkdir -p "case/evidence/Output/UnifiedAuditLog/20260301"
        mv case/evidence/m365/ual/AuditRecords.csv \
            case/evidence/Output/UnifiedAuditLog/20260301/UAL-20260301000000-20260401000000.csv
        echo 'INFO: Total records' >case/evidence/Output/UnifiedAuditLog/20260301/Log.txt
        ;;
    hawk)
        mkdir -p case/evidence/Hawk_x/Tenant
        as csv-type utf-16-le+bom case/evidence/m365/ual/AuditRecords.csv \
            case/evidence/Hawk_x/Tenant/Exchange_UAL_Audit.csv
        rm case/evidence/m365/ual/AuditRecords.csv
        echo '[2026-03-01] - starting' >case/evidence/Hawk_x/Hawk.log
        ;;
    esac
}
for name in extractor-suite hawk; do
    rm -rf case out && cp -r online case && tool $name
    sed -i 's#m365/ual/AuditRecords.csv#'"$(cd case/evidence && find Output Hawk_x -name '*.csv' 2>/dev/null)"'#' case/truth.json
    "$UNGRANT" analyze case/evidence -o out >log 2>&1
    ok "the folder of $name: changes are as the truth asks" $python "$ROOT/tests/e2e/truth.py" case/truth.json out
    ok "the folder of $name: what is no evidence is named" grep -qi 'log' out/errors.jsonl
done

# A snapshot says the same in every container: what it says is compared with that of the generator's CSV.
snapshot=evidence/state/after/MailboxPermission.csv
times=(--state-time "MailboxPermission.csv=2026-03-07T14:00:00Z" --state-time "Mailbox.json=2026-03-07T14:00:00Z")
said() { # said CASE: what snapshots add to the ledger
    "$UNGRANT" analyze "$1/evidence" -o out "${times[@]}" >log 2>&1
    $python - <<'PY'
import json
for line in open("out/ledger.jsonl"):
    g = json.loads(line)
    print(g["mailbox"]["written"], g["trustee"]["written"], g["right"], g["state"], g["finding"],
          [(s["present"], s["item"].split("/", 1)[1]) for s in g["snapshots"]])
PY
}
rm -rf case out && mkdir case && cp -r online/evidence case/
want=$(said case)
ok "the snapshot confirms or contradicts grants" sh -c "printf '%s' \"\$1\" | grep -q MailboxPermission" - "$want"
while read -r shape encoding; do
    rm -rf case out && mkdir case && cp -r online/evidence case/
    as "$shape" "$encoding" "online/$snapshot" "case/$snapshot"
    is "snapshot as $shape in $encoding says the same" "$(said case)" "$want"
done <<'END'
csv-type utf-8
csv-semicolon utf-8+bom
csv-reversed utf-16-le+bom
csv-tab utf-16-be+bom
json-rows utf-8
json-rows utf-16-le+bom
json-lines-of-rows utf-8
clixml utf-8
clixml utf-16-le+bom
END

# A sealed case knows when its snapshots were taken; a history proves no more than an attempt.
"$UNGRANT" collect online/evidence -o CASE.tar --case T-62 --examiner Test >/dev/null 2>&1
"$UNGRANT" analyze CASE.tar -o sealed >/dev/null 2>&1
ok "the inventory of a sealed case dates its snapshots" \
    grep -q '"snapshots":\[{"present":true,"item":"data/[^}]*"time":"2026-' sealed/ledger.jsonl
printf 'Connect-ExchangeOnline\nAdd-MailboxPermission ceo@x.test -User eve@x.test -AccessRights FullAccess\n' >history.txt
"$UNGRANT" analyze history.txt -o history >/dev/null 2>&1
ok "a history's command has no time and no result" \
    grep -q '"time":null.*"result":"unknown".*"source":"history"' history/timeline.jsonl
ok "nor is its grant open" grep -q '"state":"unknown"' history/ledger.jsonl
finish
