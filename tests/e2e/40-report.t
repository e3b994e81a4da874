#!/bin/sh
# 40-report.t - what analyze writes for people and programs, and `ungrant rules`. TAP, for prove(1).
set -u
UNGRANT=${UNGRANT:-build/ungrant}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0

# ok NAME COMMAND...: one test, passed where the command succeeds.
ok() {
    name=$1
    shift
    n=$((n + 1))
    if "$@" >"$dir/log" 2>&1; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        sed 's/^/# /' "$dir/log"
    fi
}
holds() { grep -qF -- "$2" "$1"; }
lacks() { ! grep -qF -- "$2" "$1"; }
ends_with() {
    want=$1
    shift
    "$@"
    got=$?
    [ "$got" -eq "$want" ] || { echo "exit status $got, wanted $want"; return 1; }
}

# One grant, whose trustee would be markup, a formula and a terminal control if it were let.
cat >"$dir/ual.json" <<'UAL'
{"CreationTime":"2022-03-09T08:41:17","Id":"7f1f6b3e-9f6a-4d0e-a9b1-08da01a8f001","Operation":"Add-MailboxPermission","OrganizationId":"1c5b5a5e-0000-4000-8000-000000000001","RecordType":1,"ResultStatus":"True","UserKey":"adm@corp.example","UserType":2,"Version":1,"Workload":"Exchange","ClientIP":"203.0.113.7:52114","ObjectId":"corp.example/Users/ceo","UserId":"adm@corp.example","ExternalAccess":false,"OrganizationName":"corp.example","OriginatingServer":"MX1 (15.20.0.0)","Parameters":[{"Name":"Identity","Value":"ceo@corp.example"},{"Name":"User","Value":"=<script>alert(1)</script>\u202e\u001b[31m"},{"Name":"AccessRights","Value":"FullAccess"}]}
UAL

out=$dir/out
ok "analyze ends with 0" ends_with 0 "$UNGRANT" analyze "$dir/ual.json" -o "$out"
for f in timeline.jsonl timeline.csv ledger.jsonl coverage.json errors.jsonl report.html; do
    ok "$f is there" test -e "$out/$f"
done
ok "nothing is left half-written" sh -c "! ls '$out' | grep partial"
ok "the change is in the timeline" holds "$out/timeline.jsonl" '"action":"grant","right":"FullAccess"'
ok "with its record's own identifier" holds "$out/timeline.jsonl" \
    '"record":"7f1f6b3e-9f6a-4d0e-a9b1-08da01a8f001"'
ok "the grant is open" holds "$out/ledger.jsonl" '"state":"open"'
ok "the CSV begins as Timesketch wants" sh -c "head -1 '$out/timeline.csv' | grep -q '^message,datetime,timestamp_desc,'"
ok "no cell is a formula" sh -c "! grep -E '(^|,)\"?=' '$out/timeline.csv'"
ok "the page has a policy" holds "$out/report.html" "default-src 'none'; style-src 'sha256-"
ok "the trustee is text in it" holds "$out/report.html" '=&lt;script&gt;alert(1)&lt;/script&gt;'
ok "and nowhere markup" lacks "$out/report.html" '<script>alert'
ok "no escape character is in any output" sh -c "! grep -l \"\$(printf '\\033')\" '$out'/*"

ok "a second run ends with 0" ends_with 0 "$UNGRANT" analyze "$dir/ual.json" -o "$dir/again"
ok "and gives the same bytes" diff -r "$out" "$dir/again"

ok "rules lists" ends_with 0 "$UNGRANT" rules
ok "rules --json has one object per line" sh -c \
    "\"$UNGRANT\" rules --json | grep -c '^{\"rule\":\"[a-z_]*\",\"severity\":\"[a-z]*\",\"technique\":\"T[0-9.]*\",\"description\":\".*\"}\$'"
ok "rules --help" ends_with 0 "$UNGRANT" rules --help
ok "an unknown option is a usage error" ends_with 2 "$UNGRANT" rules --nonsense
ok "a missing folder fails" ends_with 4 "$UNGRANT" rules --rules "$dir/none"
mkdir "$dir/rules" && printf 'rule x {\n condition: nonsense }\n' >"$dir/rules/bad.yar"
ok "a rule that does not compile fails" ends_with 4 "$UNGRANT" rules --rules "$dir/rules"
ok "and file and line are named" sh -c \
    "\"$UNGRANT\" rules --rules '$dir/rules' 2>&1 | grep -q 'bad.yar, line 2'"

echo "1..$n"
