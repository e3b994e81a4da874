#!/bin/bash
# Who could do what at a moment, against the generator's truth; and a baseline drafted from the calm before.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
python=/usr/bin/python3
"$GENERATE" --seed 3 --out incident >/dev/null || exit 1
"$UNGRANT" analyze incident/evidence -o out >log 2>&1

# What the truth holds open at each moment of it, one of each: mailbox, trustee, right.
cat >expected.py <<'PY'
import json, subprocess, sys
truth = json.load(open("incident/truth.json"))
names = {}
for p in truth["identities"]:
    for key in ("upn", "alias", "display", "canonical", "guid", "sid", "dn", "name"):
        if p.get(key):
            names[p[key].lower()] = p["upn"].lower()
def who(n):
    low = n.lower()
    return names.get(low, names.get(low.split("/")[-1], low))
plain = ("FullAccess", "SendAs", "SendOnBehalf")
acts = [a for a in truth["acts"] if a["right"] in plain and a["witnesses"] and a.get("result", "succeeded") == "succeeded"
        and not a.get("what_if") and a["trustee"]]
moments = sorted({a["time"][:19] for a in acts})
wrong = checked = 0
for moment in moments[::4] + [moments[-1]]:
    held = set()
    for a in sorted(acts, key=lambda a: a["time"]):
        key = (a["mailbox"].lower(), a["trustee"].lower(), a["right"])
        if a["time"][:19] <= moment:
            (held.add if a["action"] == "grant" else held.discard)(key)
    done = subprocess.run([sys.argv[1], "ledger", "out", "--at", moment + ".999999999Z", "--json"], capture_output=True, text=True)
    said, open_ = set(), set()
    for line in done.stdout.splitlines():
        g = json.loads(line)
        key = (who(g["mailbox"]), who(g["trustee"]), g["right"])
        if g["right"] in plain:
            (said if g["standing"] == "held" else open_).add(key)
    for key in held - said - open_:
        wrong += 1
        print(moment, "held, and not said:", key)
    for key in said - held:
        wrong += 1
        print(moment, "said, and not held:", key)
    checked += len(held)
print(checked, "held at", len(moments[::4]) + 1, "moments,", wrong, "wrong")
sys.exit(1 if wrong or not checked else 0)
PY
ok "at every moment what is held is what the truth holds open" $python expected.py "$UNGRANT"

status "a moment before all records: nothing held" 0 "$UNGRANT" ledger out --at 2001-01-01
is "and that no log reaches it is said" "$(grep -c 'before the first log' status.err) $(wc -l <status.out)" "1 0"
status "a moment behind them" 0 "$UNGRANT" ledger out --at 2031-01-01T00:00:00Z
ok "that no log reaches it is said" grep -q 'behind the last log' status.err
trustee=$(jq -r 'select(.right=="FullAccess" and .state=="open" and .members == []) | .trustee.identity // empty | select(contains("@"))' out/ledger.jsonl | head -n 1)
group=$(jq -r '.members[0].group' incident/truth.json) # what it has he has too, where he is in it
"$UNGRANT" ledger out --at 2031-01-01 --trustee "$trustee" --json >one.jsonl 2>/dev/null
ok "a trustee's own rights" sh -c "[ -s one.jsonl ] && ! jq -r .trustee one.jsonl | grep -vixF -e '$trustee' -e '$group'"
status "a local time is refused" 2 "$UNGRANT" ledger out --at 2026-03-09T08:00:00
status "no time is a wrong use" 2 "$UNGRANT" ledger out
status "no folder of ours" 4 "$UNGRANT" ledger incident --at 2026-03-09
ok "and the message names the file" grep -q 'incident/timeline.jsonl' status.err
status "a full disk" 4 sh -c "'$UNGRANT' ledger out --at 2031-01-01 >/dev/full"

# The calm before, as a baseline: routine becomes low, the intruder's doing stands out.
attack=$(jq -r .attack incident/truth.json)
status "a draft of the calm before" 0 "$UNGRANT" baseline out --until "$attack"
cp status.out draft.json
ok "what was left out is said" grep -q 'changes, to be read and edited' status.err
ok "no one of the intruder's doing is in it" sh -c "! grep -qi \"\$1\" draft.json" - \
    "\"$(jq -r .intruder_ip incident/truth.json | sed 's/[0-9]*$//')"
status "analyze reads the draft" 0 "$UNGRANT" analyze incident/evidence --baseline draft.json -o drafted
cat >ranks.py <<'PY'
import json, sys
truth = json.load(open("incident/truth.json"))
by = {}
for a in truth["acts"]:
    for w in a["witnesses"]:
        by[(w["source"], w["item"], str(w["record"]))] = a["by"]
low, high, wrong = 0, 0, []
for line in open("drafted/timeline.jsonl"):
    c = json.loads(line)
    o = c["observations"][0]
    who = by.get((o["source"], o["item"].split("/evidence/")[-1], str(o["record"])))
    if c["result"] == "failed" or c["flags"] or c["action"] == "revoke":
        continue
    mild = c["priority"] in ("low", "routine")
    if who == "intruder":
        high += not mild
        if mild:
            wrong.append((c["id"], c["right"], c["priority"]))
    else:
        low += mild
print(low, "of the calm low,", high, "of the intruder's not; wrong:", wrong)
sys.exit(1 if wrong or not high or not low else 0)
PY
ok "every effective grant of the intruder stands out, the calm is low" $python ranks.py
"$UNGRANT" baseline out --until "$attack" 2>/dev/null | cmp -s - draft.json
is "the same draft again" "$?" 0
status "a local time is refused" 2 "$UNGRANT" baseline out --until 2026-03-09T08:00:00
status "a full disk" 4 sh -c "'$UNGRANT' baseline out --until 2031-01-01 >/dev/full"

# The sign-in behind an act: by session, by address, by time; and what is strange about it.
signin() { # signin ID TIME USER ADDRESS SESSION OPERATION ERROR
    printf '{"CreationTime":"%s","Id":"%s","Operation":"%s","OrganizationId":"o","RecordType":15,"ResultStatus":"Success",' "$2" "$1" "$6"
    printf '"UserKey":"k","UserType":0,"Workload":"AzureActiveDirectory","ClientIP":"%s","ActorIpAddress":"%s","UserId":"%s",' "$4" "$4" "$3"
    printf '"ApplicationId":"app","DeviceProperties":[{"Name":"SessionId","Value":"%s"}],"ErrorNumber":"%s"}\n' "$5" "$7"
}
grant() { # grant ID TIME USER ADDRESS SESSION MAILBOX
    printf '{"CreationTime":"%s","Id":"%s","Operation":"Add-MailboxPermission","OrganizationId":"o","RecordType":1,"ResultStatus":"True",' "$2" "$1"
    printf '"UserKey":"k","UserType":2,"Workload":"Exchange","ClientIP":"%s","UserId":"%s","ObjectId":"%s",' "$4" "$3" "$6"
    printf '"AppAccessContext":{"AADSessionId":"%s"},"Parameters":[{"Name":"Identity","Value":"%s"},{"Name":"User","Value":"e@c.test"},' "$5" "$6"
    printf '{"Name":"AccessRights","Value":"FullAccess"}]}\n'
}
{
    signin s1 2026-02-01T08:00:00 adm@c.test 198.51.100.5 old UserLoggedIn 0
    for n in 1 2 3; do signin "f$n" "2026-03-01T07:5$n:00" adm@c.test 203.0.113.9 x UserLoginFailed 50126; done
    signin s2 2026-03-01T08:00:00 adm@c.test 203.0.113.9 sess UserLoggedIn 0
    signin s3 2026-03-01T08:30:00 adm@c.test 198.51.100.5 other UserLoggedIn 0
    signin s4 2026-03-01T08:45:00 owner@c.test 198.51.100.7 own UserLoggedIn 0
    grant c1 2026-03-01T09:00:00 adm@c.test 40.1.1.1:555 sess a@c.test
    grant c2 2026-03-01T09:01:00 adm@c.test 198.51.100.5 none b@c.test
    grant c3 2026-03-01T09:02:00 adm@c.test 40.1.1.1 none d@c.test
    grant c4 2026-03-03T09:02:00 adm@c.test 40.1.1.1 none f@c.test
} >signins.json
"$UNGRANT" analyze signins.json -o signins >/dev/null 2>&1
is "by session, address, time, or not at all; the record stands with it" \
    "$(jq -c '[.observations[0].record,.signin.rule,.signin.client_ip,.signin.observation.record]' signins/timeline.jsonl)" \
    '["c1","session","203.0.113.9","s2"]
["c2","address","198.51.100.5","s3"]
["c3","time","198.51.100.5","s3"]
["c4",null,null,null]'
is "an address seen for the first time, after failures" \
    "$(jq -c '[.signin.new_address,.signin.failures,([.signals[].id]|index("failures-before")!=null)]' signins/timeline.jsonl | head -n 1)" \
    '[true,3,true]'
ok "the report names it" grep -q 'joined by session' signins/report.html

# A list of tickets: the change that one covers names it, the others lack one.
printf 'Ticket;Mailbox;Trustee;Note;From;To;Right\nCHG-7;b@c.test;e@c.test;"a ""b""; c";2026-03-01T08:00:00Z;2026-03-01T12:00:00Z;\n' >tickets.csv
"$UNGRANT" analyze signins.json --tickets tickets.csv -o ticketed >/dev/null 2>&1
is "a ticket is named where it covers the change, and missed elsewhere" \
    "$(jq -c '[.mailbox.written,([.signals[]|select(.id=="approved-change" or .id=="no-approved-change")|.why]|join(" "))]' ticketed/timeline.jsonl)" \
    '["a@c.test","the baseline has no ticket for it"]
["b@c.test","the baseline has a ticket for this change: CHG-7"]
["d@c.test","the baseline has no ticket for it"]
["f@c.test","the baseline has no ticket for it"]'
printf 'ticket,mailbox,trustee,from,to\nCHG-8,m,t,yesterday,2026-03-01T12:00:00Z\n' >wrong.csv
status "a ticket without a time" 4 "$UNGRANT" analyze signins.json --tickets wrong.csv -o wrong
ok "names file and ticket" grep -q 'wrong.csv, ticket 1' status.err
echo 'id,who' >wrong.csv
status "a list without the columns" 4 "$UNGRANT" analyze signins.json --tickets wrong.csv -o wrong
ok "says which are wanted" grep -q 'ticket, mailbox, trustee, from and to' status.err
# ---- groups: a grant to a group reaches its members, also those of a group within it, while they are in it ----
record() { # record TIME OPERATION OBJECT PARAMETERS
    printf '{"CreationTime":"2022-03-%s","Id":"%s","Operation":"%s","RecordType":1,"ResultStatus":"True","UserId":"admin@x.test","ObjectId":"%s","Workload":"Exchange","Parameters":[' "$1" "$1-$2" "$2" "$3"
    printf '%s' "$4" | sed 's/\([^=;]*\)=\([^;]*\);*/{"Name":"\1","Value":"\2"},/g; s/,$//'
    printf ']}\n'
}
{
    record 08T08:00:00 New-Mailbox eve@x.test 'Name=eve;MicrosoftOnlineServicesID=eve@x.test'
    record 09T08:00:00 Add-DistributionGroupMember helpdesk@x.test 'Identity=helpdesk@x.test;Member=eve@x.test'
    record 09T08:01:00 Add-DistributionGroupMember staff@x.test 'Identity=staff@x.test;Member=helpdesk@x.test'
    record 09T08:02:00 Add-DistributionGroupMember staff@x.test 'Identity=staff@x.test;Member=admin@x.test'
    record 09T09:00:00 Add-MailboxPermission ceo@x.test 'Identity=ceo@x.test;User=staff@x.test;AccessRights=FullAccess'
    record 09T09:30:00 Add-MailboxPermission cfo@x.test 'Identity=cfo@x.test;User=eve@x.test;AccessRights=FullAccess'
    record 10T08:00:00 Remove-DistributionGroupMember helpdesk@x.test 'Identity=helpdesk@x.test;Member=eve@x.test'
    record 11T08:00:00 Add-DistributionGroupMember helpdesk@x.test 'Identity=helpdesk@x.test;Member=bob@x.test'
    record 12T08:00:00 Update-DistributionGroupMember staff@x.test 'Identity=staff@x.test;Members=helpdesk@x.test'
    for use in 09T10:00:00,eve@x.test 10T09:00:00,eve@x.test 11T09:00:00,bob@x.test; do
        printf '{"CreationTime":"2022-03-%s","Id":"%s","Operation":"MailItemsAccessed","RecordType":50,"ResultStatus":"Succeeded","UserId":"%s","MailboxOwnerUPN":"ceo@x.test","LogonType":2,"OperationCount":1}\n' "${use%,*}" "$use" "${use#*,}"
    done
} >groups.json
rm -rf out && "$UNGRANT" analyze groups.json -o out >log 2>&1
group='select(.mailbox.written == "ceo@x.test")'
is "members of the group and of the group within it, each while it was in it" \
    "$(jq -r "$group"' | .members[] | [.who.written, .via, .since, .until, .observation.record] | map(. // "-") | join(" ")' out/ledger.jsonl)" \
    "admin@x.test - 2022-03-09T09:00:00Z 2022-03-12T08:00:00Z 09T08:02:00-Add-DistributionGroupMember
bob@x.test helpdesk@x.test 2022-03-11T08:00:00Z - 11T08:00:00-Add-DistributionGroupMember
eve@x.test helpdesk@x.test 2022-03-09T09:00:00Z 2022-03-10T08:00:00Z 09T08:00:00-Add-DistributionGroupMember"
is "what members did is use of it, while they were members" "$(jq -c "$group"' | .use.count' out/ledger.jsonl)" 2
is "who joined later is a finding" "$(jq -r "$group"' | .finding' out/ledger.jsonl)" \
    "bob@x.test has this since 2022-03-11T08:00:00Z, by joining a group (record 11T08:00:00-Add-DistributionGroupMember of groups.json)"
is "an actor in the group gave it to themselves" \
    "$(jq -r "$group"' | .signals | map(.id) | join(" ")' out/timeline.jsonl)" "self-grant-by-group used-after group-trustee"
is "a trustee whose account is new is said to be, with the record" \
    "$(jq -r 'select(.mailbox.written == "cfo@x.test") | .signals[] | select(.id == "new-trustee") | .why' out/timeline.jsonl)" \
    "the trustee's account was made within two weeks of it: record 08T08:00:00-New-Mailbox of groups.json"
is "a member is asked for: what the group holds" "$("$UNGRANT" ledger out --at 2022-03-11T12:00:00Z --trustee bob@x.test 2>/dev/null)" \
    "held     FullAccess on ceo@x.test for staff@x.test with its member bob@x.test, since 2022-03-09T09:00:00Z (c-000001) [g-000001]"
is "a member who has left holds nothing by it" "$("$UNGRANT" ledger out --at 2022-03-11T12:00:00Z --trustee eve@x.test 2>/dev/null | cut -d' ' -f6-10)" \
    "FullAccess on cfo@x.test for eve@x.test,"
printf '"Identity","User","AccessRights","IsInherited","Deny"\n"ceo@x.test","staff@x.test","FullAccess","False","False"\n' >MailboxPermission.csv
"$UNGRANT" analyze groups.json MailboxPermission.csv --state-time MailboxPermission.csv=2022-03-13T08:00:00Z -o seen >log 2>&1
ok "a snapshot that shows the grant says nothing of who joined" \
    sh -c 'grep -q "<strong>Group:</strong> <bdi>bob@x.test has this since" seen/report.html && ! grep -q "<strong>Snapshot:</strong> <bdi>bob" seen/report.html'
ok "the report names the members" grep -q 'Members of the group.*bob@x.test' out/report.html
# ---- contradictions: what a shell has and the server has not, and the reverse ----
typed() { # typed TIME NUMBER MAILBOX: a 4104 of it
    printf '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-PowerShell"/><EventID>4104</EventID><TimeCreated SystemTime="2022-03-%s.0000000Z"/><EventRecordID>%s</EventRecordID><Channel>Microsoft-Windows-PowerShell/Operational</Channel><Computer>WS1</Computer></System><EventData><Data Name="MessageNumber">1</Data><Data Name="MessageTotal">1</Data><Data Name="ScriptBlockText">Add-MailboxPermission -Identity %s -User eve@x.test -AccessRights FullAccess</Data><Data Name="ScriptBlockId">b%s</Data></EventData></Event>\n' "$1" "$2" "$3" "$2"
}
given() { record "$1" Add-MailboxPermission "$2" "Identity=$2;User=eve@x.test;AccessRights=FullAccess"; }
{
    given 09T09:00:00 a@x.test
    given 09T11:00:00 c@x.test
    given 09T12:00:00 d@x.test
} >served.json
{
    echo '<Events>'
    typed 09T09:00:00 1 a@x.test
    typed 09T10:00:00 2 b@x.test
    typed 09T12:00:00 3 d@x.test
    echo '</Events>'
} >typed.xml
rm -rf out && "$UNGRANT" analyze served.json typed.xml -o out >log 2>&1
is "a command that the covering server's log lacks, and a grant that the covering shell's log lacks" \
    "$(jq -r '.mailbox.written as $m | .signals[] | select(.id | test("-record")) | [$m, .id, .why] | join(" ")' out/timeline.jsonl)" \
    "b@x.test no-server-record the unified audit log, which covers this time, has no record of it: it failed, was for another organisation, or its record is missing
c@x.test no-shell-record powershell-operational of WS1, which covers this time and has this actor's c-000001, has no such command: it was given elsewhere, through the portal or REST, or was not logged"
rm -rf out && "$UNGRANT" analyze served.json -o out >log 2>&1
ok "where there is no shell's log nothing contradicts" sh -c '! grep -q -- -record\" out/timeline.jsonl'
finish
