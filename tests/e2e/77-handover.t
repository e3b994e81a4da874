#!/bin/bash
# Packages of what lies deep (records carved from images, archives in archives), the links of every command, and what
# goes wrong: each with a line of its own.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
exec </dev/null # nothing here may ask
said() { grep -q -e "$1" "$WORK/status.out" "$WORK/status.err"; }
grant() { # grant ID MAILBOX
    printf '{"CreationTime":"2022-03-09T08:41:17","Id":"%s","Operation":"Add-MailboxPermission","RecordType":1,"ResultStatus":"True","Workload":"Exchange","UserId":"adm@contoso.example","Parameters":[{"Name":"Identity","Value":"%s"},{"Name":"User","Value":"eve@contoso.example"},{"Name":"AccessRights","Value":"FullAccess"}]}\n' "$1" "$2"
}
"$GENERATE" --seed 7 --environment online --out incident >/dev/null || exit 1

# ---- records that lie deep ----
mkdir -p deep/x
{ grant 1 ann && grant 2 bob && grant 3 cyd; } >deep/x/audit.json
(cd deep && python3 -c 'import zipfile; z = zipfile.ZipFile("middle.zip", "w", 8); z.write("x/audit.json", "a/audit.json")')
mkdir in && (cd deep && tar czf ../in/outer.tar.gz middle.zip)
# The chunks of a log without its head, at no boundary, in the middle of other bytes.
log=$(find incident/evidence -name '*PowerShell*Operational*.evtx' | head -n 1)
{
    head -c 1001 /dev/zero | tr '\0' x
    tail -c +4097 "$log"
    head -c 5000 /dev/zero
} >in/disk.img
"$UNGRANT" collect in -o CASE.zip --case D --examiner E --all >made.log 2>&1
"$UNGRANT" analyze --carve CASE.zip -o out >>made.log 2>&1
ok "carved records make statements" sh -c 'jq -r ".observations[].item" out/timeline.jsonl | grep -q "disk.img"'
ok "so do records in an archive in an archive in the sealed one" sh -c \
    'jq -r ".observations[].item" out/timeline.jsonl | grep -q "outer.tar.gz/middle.zip/a/audit.json"'
status "such a case is packaged, every record cut out" 0 "$UNGRANT" package CASE.zip out -o H.zip
unzip -q H.zip && unzip -q CASE.zip
cat >compare.py <<'END'
import csv, hashlib, io, json, tarfile, zipfile
outer = tarfile.open("CASE/data/000002-outer.tar.gz")
nested = zipfile.ZipFile(io.BytesIO(outer.extractfile("middle.zip").read())).read("a/audit.json")
image = open("CASE/data/000001-disk.img", "rb").read()
seen = {"image": 0, "nested": 0}
for r in csv.DictReader(open("H/data/index.csv", encoding="utf-8", newline="")):
    if r["KIND"] != "record":
        continue
    kind = "nested" if r["ITEM"].endswith("audit.json") else "image"
    whole = nested if kind == "nested" else image
    at, n = int(r["OFFSET"]), int(r["LENGTH"])
    data = open("H/" + r["FILE_PATH"], "rb").read()
    shown = json.load(open("H/" + r["JSON_PATH"], encoding="utf-8"))
    if whole[at:at + n] != data or hashlib.sha256(data).hexdigest() != r["SHA256"] or n == 0:
        print("not as it is:", r["CONTROL_NUMBER"])
    if kind == "nested" and json.loads(data)["Id"] != shown["Id"]:
        print("another record:", r["CONTROL_NUMBER"])
    # MS-EVEN6: an event record begins with its mark and ends with its length; its number is in it.
    if kind == "image" and (data[:4] != b"**\0\0" or data[-4:] != data[4:8] or not shown["carved"]):
        print("not one event record:", r["CONTROL_NUMBER"])
    seen[kind] += 1
print(seen["nested"], seen["image"] > 3)
END
is "each is cut as it lies there, and is the one that is shown" "$(python3 compare.py)" "3 True"

# ---- every command that touches a case writes its link ----
mkdir chain && { grant 1 ann && grant 2 bob; } >chain/audit.json
cd chain || exit 1
"$UNGRANT" collect audit.json -o C.zip --case C --examiner E >>../made.log 2>&1
"$UNGRANT" dump C.zip >/dev/null
"$UNGRANT" analyze C.zip -o out >>../made.log 2>&1
"$UNGRANT" plan out -o plan.json --custody C.zip >>../made.log 2>&1
"$UNGRANT" review plan.json --approve a-001 --by 'A. Second' --reason 'asked the owner' --custody C.zip >>../made.log 2>&1
"$UNGRANT" review plan.json --reject a-002 --by 'A. Second' --custody C.zip >>../made.log 2>&1
"$UNGRANT" emit plan.json -o scripts --custody C.zip >>../made.log 2>&1
printf '{"format":"ungrant-result/1","script":"rollback.ps1","plan_sha256":"%s","actions":[{"id":"a-001","state":"done"}]}\n' \
    "$(sed -n "s/.*\([0-9a-f]\{64\}\).*/\1/p" scripts/rollback.ps1 | head -n 1)" >result.json
status "a plan is closed" 0 "$UNGRANT" close plan.json --result result.json --custody C.zip
"$UNGRANT" package C.zip out plan.json scripts -o P.zip >>../made.log 2>&1
cd .. || exit 1
links() { jq -r "$1" chain/C.custody.jsonl; }
is "each command has its link" "$(links .event | tr '\n' ' ')" "dump analyze plan review review emit close package "
is "decisions are in it, and whose" "$(links 'select(.event == "review") | "\(.actor): \(.note)"')" \
    "A. Second: 2 actions: 1 approved, 0 rejected, 1 undecided
A. Second: 2 actions: 1 approved, 1 rejected, 0 undecided"
is "and the hash of what was made" "$(links 'select(.event == "emit" or .event == "close") | .subject.sha256')" \
    "$(sha256sum chain/scripts/SHA256SUMS chain/result.json | cut -c1-64)"
ok "the chain is good" "$UNGRANT" verify chain/C.zip
cp chain/C.custody.jsonl before
status "a plan goes not into the chain of another case" 0 "$UNGRANT" emit chain/plan.json -o again --custody CASE.zip
ok "which is said" said 'warning: custody not noted: CASE.zip: no link of its chain says that it was analysed'
is "and nothing is noted there" "$(grep -c '"event":"emit"' CASE.custody.jsonl)" 0

# ---- what goes wrong has its own line ----
wrong() { # wrong NAME WORDS COMMAND...: status 4, the words on one line, nothing that looks like a package
    local name=$1 words=$2
    shift 2
    status "$name ends the run" 4 "$@"
    ok "$name: is said in one line" sh -c '[ "$(wc -l <"$1")" -eq 1 ] && grep -q -e "$2" "$1"' - "$WORK/status.err" "$words"
    ok "$name: leaves no package" sh -c '! ls bad.zip bad.zip.sha256 2>/dev/null'
}
{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 9 \
        -subj '/CN=Test Authority' -addext keyUsage=critical,keyCertSign,cRLSign
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout s.key -out s.csr -subj /CN=Signer
    mkdir db && : >db/index && echo 01 >db/serial
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=db/index\nserial=db/serial\nnew_certs_dir=db\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' >ca.cnf
    openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in s.csr -out old.pem \
        -startdate 20230101000000Z -enddate 20230102000000Z -notext
} >>made.log 2>&1
grant 1 ann >one.json
SOURCE_DATE_EPOCH=1672574400 "$UNGRANT" collect one.json -o aged.zip --case C --examiner E --sign s.key --cert old.pem >>made.log 2>&1
"$UNGRANT" analyze aged.zip -o aged >>made.log 2>&1
wrong "an expired certificate" 'p7s: the certificate was expired.*2023-01-02T00:00:00Z' \
    "$UNGRANT" package aged.zip aged -o bad.zip --ca ca.pem
: >empty
wrong "an empty password file" 'empty: the password, its first line, must have at least 8 characters' \
    "$UNGRANT" package CASE.zip out -o bad.zip --password-file empty
wrong "a password file that is not there" 'nowhere: cannot open: No such file' \
    "$UNGRANT" package CASE.zip out -o bad.zip --password-file nowhere
wrong "authorities that are none" 'empty: ' "$UNGRANT" package CASE.zip out -o bad.zip --ca empty
chmod 755 "$WORK" && cp "$UNGRANT" ungrant-copy && chmod 755 ungrant-copy
nobody() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi; }
mkdir -p locked && cp CASE.* locked/ && cp -r out locked/ && chmod -R a=rX locked
cp locked/CASE.custody.jsonl before
wrong "a read-only folder" 'bad.zip.partial: cannot write: Permission denied' \
    nobody "$WORK/ungrant-copy" package "$WORK/locked/CASE.zip" "$WORK/locked/out" -o "$WORK/locked/bad.zip"
mkdir open && chmod 777 open
status "a case on a read-only medium is packaged" 0 nobody "$WORK/ungrant-copy" package "$WORK/locked/CASE.zip" "$WORK/locked/out" -o "$WORK/open/H.zip"
ok "and that its chain could not be written is said" said 'warning: custody not noted: .*CASE.custody.jsonl.partial: cannot write: Permission denied'
chmod 755 chain && chmod 644 chain/*.* && rm -f chain/*.partial
status "records of a case there are shown" 0 nobody "$WORK/ungrant-copy" dump "$WORK/chain/C.zip"
ok "with the same warning" said 'warning: custody not noted: .*Permission denied'
ok "the chain is as it was" cmp before locked/CASE.custody.jsonl
chmod -R u+w locked
mkdir full
cat >full.sh <<'END'
mount -t tmpfs -o size=64k none full || exit 77
head -c 1M /dev/zero >full/rest 2>/dev/null
"$UNGRANT" package CASE.zip out -o full/bad.zip
got=$?
[ ! -e full/bad.zip ] && [ ! -e full/bad.zip.sha256 ] || got=98
cmp before CASE.custody.jsonl || got=99
exit $got
END
cp CASE.custody.jsonl before
UNGRANT=$UNGRANT unshare -rm bash full.sh >status.out 2>status.err
got=$?
if grep -q -e 'unshare' -e 'mount:' status.err || [ $got -eq 77 ]; then
    skip "a full disk" "no mount namespaces here"
else
    is "a full disk ends the run, and the chain is as it was" "$got" 4
    ok "a full disk is said in one line" grep -q 'bad.zip.partial: cannot write: No space left on device' status.err
fi
finish
