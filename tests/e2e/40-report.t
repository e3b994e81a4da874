#!/bin/bash
# What analyze writes for people and for programs, and `ungrant rules`.
. "$(dirname "$0")/tap.sh"

holds() { grep -qF -- "$2" "$1" || { echo "$1 does not hold: $2"; return 1; }; }
lacks() { ! grep -nF -- "$2" "$1"; }
begins() { head -n 1 "$1" | grep -q -- "^$2"; }
no_escape() { ! grep -l $'\033' "$1"/*; }
no_partial() { ! find "$1" -name '*.partial' | grep .; }
no_formula() { ! grep -nE '(^|,)"?=' "$1"; }

# One grant, whose trustee would be a formula, markup and a terminal control if it were let.
cat >"$WORK/ual.json" <<'UAL'
{"CreationTime":"2022-03-09T08:41:17","Id":"7f1f6b3e-9f6a-4d0e-a9b1-08da01a8f001","Operation":"Add-MailboxPermission","OrganizationId":"1c5b5a5e-0000-4000-8000-000000000001","RecordType":1,"ResultStatus":"True","UserKey":"adm@corp.example","UserType":2,"Version":1,"Workload":"Exchange","ClientIP":"203.0.113.7:52114","ObjectId":"corp.example/Users/ceo","UserId":"adm@corp.example","ExternalAccess":false,"OrganizationName":"corp.example","OriginatingServer":"MX1 (15.20.0.0)","Parameters":[{"Name":"Identity","Value":"ceo@corp.example"},{"Name":"User","Value":"=<script>alert(1)</script>\u202e\u001b[31m"},{"Name":"AccessRights","Value":"FullAccess"}]}
UAL

out=$WORK/out
status "analyze ends with 0" 0 "$UNGRANT" analyze "$WORK/ual.json" -o "$out"
for f in timeline.jsonl timeline.csv ledger.jsonl coverage.json errors.jsonl report.html; do
    ok "$f is there" test -e "$out/$f"
done
ok "nothing is left half-written" no_partial "$out"
ok "the change is in the timeline" \
    holds "$out/timeline.jsonl" '"action":"grant","right":"FullAccess"'
ok "with its record's own identifier" \
    holds "$out/timeline.jsonl" '"record":"7f1f6b3e-9f6a-4d0e-a9b1-08da01a8f001"'
ok "the grant is open" holds "$out/ledger.jsonl" '"state":"open"'
ok "the CSV begins as Timesketch wants" begins "$out/timeline.csv" 'message,datetime,timestamp_desc,'
ok "no cell of it is a formula" no_formula "$out/timeline.csv"
ok "the page has a policy" holds "$out/report.html" "default-src 'none'; style-src 'sha256-"
ok "the trustee is text in it" holds "$out/report.html" '=&lt;script&gt;alert(1)&lt;/script&gt;'
ok "and nowhere markup" lacks "$out/report.html" '<script>alert'
ok "a hidden character is shown" holds "$out/report.html" '<span class="esc">\u202e</span>'
ok "no escape character is in any output" no_escape "$out"

status "a second run ends with 0" 0 "$UNGRANT" analyze "$WORK/ual.json" -o "$WORK/again"
ok "and gives the same bytes" diff -r "$out" "$WORK/again"

status "rules lists" 0 "$UNGRANT" rules
ok "what gives a mailbox away is among them" holds "$WORK/status.out" mailbox_permission_added
status "rules --json" 0 "$UNGRANT" rules --json
row='^{"rule":"[a-z_]*","severity":"[a-z]*","technique":"T[0-9.]*","description":".*"}$'
is "is one object per line" "$(grep -vc "$row" "$WORK/status.out")" 0
status "rules --help" 0 "$UNGRANT" rules --help
status "an unknown option is a usage error" 2 "$UNGRANT" rules --nonsense
is "told in one line" "$(wc -l <"$WORK/status.err")" 1
status "a missing folder of rules fails" 4 "$UNGRANT" rules --rules "$WORK/none"
mkdir "$WORK/rules"
printf 'rule x {\n condition: nonsense }\n' >"$WORK/rules/bad.yar"
status "a rule that does not compile fails" 4 "$UNGRANT" rules --rules "$WORK/rules"
ok "and file and line are named" holds "$WORK/status.err" 'bad.yar, line 2'

finish
