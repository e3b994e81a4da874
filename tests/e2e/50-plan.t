#!/bin/bash
# From the ledger to a reviewed script: what the intruder gave and nothing else, bound to its approval,
# parsed by the real PowerShell parser.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
python=/usr/bin/python3
. "$ROOT/tests/powershell/host.sh"

"$GENERATE" --seed 7 --environment online --out incident >/dev/null || exit 1
"$UNGRANT" analyze incident/evidence -o out >/dev/null 2>&1
states=()
for f in incident/evidence/state/*/*; do states+=(--state "$f"); done
status "plan with snapshots" 0 "$UNGRANT" plan out -o plan.json --case T-50 "${states[@]}"
status "the same plan again" 0 "$UNGRANT" plan out -o again.json --case T-50 "${states[@]}"
ok "same inputs, same plan" cmp plan.json again.json

# What could not be said was not done.
full() { "$@" >/dev/full; }
status "plan on a full disk" 4 full "$UNGRANT" plan out -o full.json --case T-50
status "review --help on a full disk" 4 full "$UNGRANT" review --help
status "emit --help on a full disk" 4 full "$UNGRANT" emit --help
status "close --help on a full disk" 4 full "$UNGRANT" close --help

cat >compare.py <<'PY'
import json, sys
plan, truth = json.load(open("plan.json")), json.load(open("incident/truth.json"))
handled = {"FullAccess", "ReadPermission", "ChangePermission", "SendAs", "SendOnBehalf", "Folder"}
bad = {(g["mailbox"], g["trustee"], g["right"], g["scope"] or "") for g in truth["open_after"]
       if g["by"] == "intruder" and g["right"] in handled}
ledger = {json.loads(l)["id"]: json.loads(l) for l in open("out/ledger.jsonl")}
planned = {}
for a in plan["actions"]:
    g = ledger[a["grant"]]
    mailbox = a["parameters"]["Identity"][0].split(":")[0]
    planned[(mailbox, a["trustee"], g["right"], g["scope"] or "")] = a
missing = bad - set(planned)
print("missing", sorted(missing)) if missing else None
for key in bad & set(planned):
    a = planned[key]
    if a["baseline"] == "unknown":
        print("a snapshot from before is there, yet unknown:", key)
    if key[1] == "Default" and (a["cmdlet"] != "Set-MailboxFolderPermission" or a["previous"] != "None"):
        print("Default is not set back:", a["cmdlet"], a["previous"])
open("ids", "w").write(" ".join(sorted(planned[k]["id"] for k in bad & set(planned))))
sys.exit(1 if missing else 0)
PY
ok "every open grant of the intruder is an action, its state before is known" \
    sh -c "test -z \"\$($python compare.py)\""
ids=$(cat ids)
status "an unknown state before needs a reason" 4 "$UNGRANT" review again.json --approve-all --by Ann
status "an account of the case may not approve" 4 \
    "$UNGRANT" review again.json --approve-all --by l.rossi@tailspinlabs.example --reason x
status "an action that is not there" 4 "$UNGRANT" review again.json --approve a-999 --by Ann
status "no questions where stdin is no terminal" 2 "$UNGRANT" review again.json --by Ann
# shellcheck disable=SC2086
status "the first of two people approves; nothing is approved yet" 1 \
    "$UNGRANT" review plan.json --approve $ids --by 'Bo First' --reason 'read with the case'
status "approve exactly the intruder's grants; others stay undecided" 1 \
    "$UNGRANT" review plan.json --approve $ids --by 'Ann Reviewer' --reason 'agreed with the owners'
status "emit" 0 "$UNGRANT" emit plan.json -o scripts
is "rollback.ps1 holds the approved actions and only those" \
    "$(grep -o "^Step -Id 'a-[0-9]*'" scripts/rollback.ps1 | tr -dc 'a0-9\n-' | sed 's/^.*a-/a-/' | sort | xargs)" \
    "$(echo "$ids" | tr ' ' '\n' | sort | xargs)"
for s in rollback verify undo; do
    ok "$s.ps1 is ASCII" sh -c "! LC_ALL=C grep -q '[^ -~	'\"\$(printf '\\r')\"']' scripts/$s.ps1"
    is "$s.ps1 ends its lines with CR LF" "$(grep -c . scripts/$s.ps1)" "$(grep -c "$(printf '.*\r$')" scripts/$s.ps1)"
done
hash=$(sed -n "s/^\$Plan = '\([0-9a-f]*\)'.*/\1/p" scripts/rollback.ps1)
is "rollback.ps1 names its plan" "${#hash}" 64
ok "the scripts' hashes are beside them" sh -c 'cd scripts && sha256sum -c SHA256SUMS'
sed 's/"Remove-MailboxPermission"/"Add-MailboxPermission"/' plan.json >altered.json
status "an action changed after its approval is refused" 4 "$UNGRANT" emit altered.json -o altered
ok "nothing was written for it" test ! -e altered/rollback.ps1

result() { # result STATE
    $python - "$1" "$hash" <<'PY'
import json, sys
plan = json.load(open("plan.json"))
rows = [{"id": a["id"], "state": sys.argv[1], "before": "present", "after": "absent", "warnings": [],
         "error": None, "time": "2026-03-08T00:00:00Z"} for a in plan["actions"]
        if a["decision"]["state"] == "approved"]
json.dump({"format": "ungrant-result/1", "script": "rollback.ps1", "plan_sha256": sys.argv[2],
           "organization": "x", "mode": "apply", "started": "2026-03-08T00:00:00Z",
           "ended": "2026-03-08T00:01:00Z", "actions": rows}, open("result.json", "w"))
PY
}
result failed
status "close says what still stands open" 1 "$UNGRANT" close plan.json --result result.json
result done
status "close when all is done" 0 "$UNGRANT" close plan.json --result result.json
ok "the outcome stands in the plan" grep -q '"state": "done"' plan.json
# ---- the page, and the decisions it exports ----
status "plan with a page" 0 "$UNGRANT" plan out -o paged.json --case T-50 --html review.html --playbook legal-hold-first "${states[@]}"
ok "every action is on it" sh -c 'test "$(grep -c "<fieldset" review.html)" -eq "$(grep -c "\"content_sha256\"" paged.json)"'
ok "its policy allows our own script and style only" grep -q "default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]*'; script-src 'sha256-[A-Za-z0-9+/=]*'" review.html
ok "it names no address of a network" sh -c '! grep -qE "https?://" review.html'
cat >decide.py <<'PY'
import json, sys
plan = json.load(open("paged.json"))
rows = [{"id": a["id"], "content_sha256": a["content_sha256"], "state": "rejected" if i else "approved", "reason": "asked"}
        for i, a in enumerate(plan["actions"])]
if sys.argv[2] == "stale": rows[-1]["content_sha256"] = "0" * 64
json.dump({"format": "ungrant-decisions/1", "by": sys.argv[1], "decisions": rows}, open("decisions.json", "w"))
PY
"$python" decide.py 'Ann Page' stale
status "a decision on other content is refused" 4 "$UNGRANT" review paged.json --decisions decisions.json
ok "and none of the file was taken" sh -c '! grep -q "Ann Page" paged.json'
"$python" decide.py 'Ann Page' good
status "the first person's decisions" 1 "$UNGRANT" review paged.json --decisions decisions.json
"$python" decide.py 'Bo Page' good
status "the second person's decisions" 0 "$UNGRANT" review paged.json --decisions decisions.json
is "one is approved" "$(grep -c '"state": "approved"' paged.json)" 1
status "a name beside --decisions is refused" 2 "$UNGRANT" review paged.json --decisions decisions.json --by X

# ---- reviewers sign what they decide, each with their own key ----
openssl genpkey -algorithm ED25519 -out ann.pem 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout bo.pem -out bo.crt -days 30 -subj /CN=Bo >/dev/null 2>&1
openssl pkey -in ann.pem -pubout -out ann.pub
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:secret -out eve.pem
cat ann.pub bo.crt >reviewers.pem
review() { # review FILE NAME KEY...: two people decide on all, the second with that key
    cp unsigned.json "$1"
    "$UNGRANT" review "$1" --approve-all --by 'Bo Signs' --reason r --sign bo.pem >/dev/null 2>&1
    "$UNGRANT" review "$1" --approve-all --by "$2" --reason r "${@:3}" 2>&1
}
"$UNGRANT" plan out -o unsigned.json --case T-50 "${states[@]}" >/dev/null 2>&1
review one.json 'Ann Signs' --sign ann.pem >/dev/null
status "all approvals signed, by keys that may sign" 0 "$UNGRANT" emit one.json -o signed --require-signatures=reviewers.pem
status "by any key, where none are named" 0 "$UNGRANT" emit one.json -o signed --require-signatures
status "a reviewer whose key is not named is refused" 4 "$UNGRANT" emit one.json -o refused --require-signatures=bo.crt
ok "with the action and the reason" grep -qF 'a-001: it is signed by a key that is not among those who may sign' "$WORK/status.err"
sed 's/"reason": "r"/"reason": "R"/' one.json >changed.json
status "a decision that was changed after it was signed is refused" 4 "$UNGRANT" emit changed.json -o refused --require-signatures
ok "and that is the reason" grep -qF 'its signature does not fit the decision' "$WORK/status.err"
review none.json 'Ann Signs' >/dev/null
status "an approval without a signature is refused" 4 "$UNGRANT" emit none.json -o refused --require-signatures
ok "since it has none" grep -qF 'it is not signed' "$WORK/status.err"
ok "nothing was written for any of them" test ! -e refused
status "without --require-signatures it is enough that people approved" 0 "$UNGRANT" emit none.json -o unsigned
echo secret >pass
review locked.json 'Ann Signs' --sign eve.pem --passphrase-file pass >/dev/null
status "a key of another kind, with a passphrase" 0 "$UNGRANT" emit locked.json -o locked --require-signatures
status "a file that is no key" 4 "$UNGRANT" review one.json --approve-all --by Ann --reason r --sign ann.pub
status "keys in a file that holds none" 4 "$UNGRANT" emit one.json -o refused --require-signatures=pass
is "openssl agrees on the bytes that were signed" "$("$python" - <<'PY'
import base64, json, subprocess
action = json.load(open("one.json"))["actions"][0]
decision = action["decision"]
signature = decision.pop("signature")
decision.get("first", {}).pop("signature", None)
text = "ungrant-decision/1\n%s\ndecision\n%s" % (action["id"], json.dumps(decision, separators=(",", ":"), ensure_ascii=False))
open("text", "w", encoding="utf-8").write(text)
open("value", "wb").write(base64.b64decode(signature["value"]))
open("key.der", "wb").write(base64.b64decode(signature["key"]))
print(subprocess.run("openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile value",
                     shell=True, capture_output=True, text=True).stdout.strip())
PY
)" "Signature Verified Successfully"

# ---- playbooks: a fault names file, key and reason ----
status "the playbooks that ship are listed, and good" 0 "$UNGRANT" playbooks
is "six of them" "$(grep -c '^  rights:' "$WORK/status.out")" 6
good='"format":"ungrant-playbook/1","name":"x","description":"d","question":"q","risk":"r"'
lists='"rights":["SendAs"],"first":[],"before":[],"after":[]'
two='"two_people":{"rights":["SendAs"],"over":3}'
bad_playbook() { # WHAT MESSAGE JSON
    echo "$3" >bad.json
    status "a playbook with $1 is refused" 4 "$UNGRANT" playbooks bad.json
    ok "and the message names file, key and reason" grep -qF "bad.json: $2" "$WORK/status.err"
}
echo "{$good,$lists,$two}" >good.json
status "a good one is taken" 0 "$UNGRANT" playbooks good.json
bad_playbook "an unknown right" "rights: Fly is no right" "{$good,\"rights\":[\"Fly\"],\"first\":[],\"before\":[],\"after\":[],$two}"
bad_playbook "a key that nobody knows" "rigths: no such key" "{$good,$lists,$two,\"rigths\":[]}"
bad_playbook "no name" "name: a text" "{\"format\":\"ungrant-playbook/1\",$lists,$two}"
bad_playbook "no two_people" "two_people: " "{$good,$lists}"
bad_playbook "a limit that is no number" "two_people.over: a number" "{$good,$lists,\"two_people\":{\"rights\":[],\"over\":\"3\"}}"
bad_playbook "advice that is no text" "before: every entry" "{$good,\"rights\":[],\"first\":[],\"before\":[7],\"after\":[],$two}"
bad_playbook "a key twice" "a key stands twice" "{$good,$lists,$two,\"name\":\"y\"}"
status "plan refuses a bad one too" 4 "$UNGRANT" plan out -o x.json --playbook bad.json
status "a playbook by its name" 0 "$UNGRANT" plan out -o x.json --playbook legal-hold-first
status "playbooks on a full disk" 4 full "$UNGRANT" playbooks
status "a snapshot of nothing known is refused" 4 "$UNGRANT" plan out -o x.json --state bad.json
for c in plan review emit close playbooks; do ok "$c --help fits a screen" test "$("$UNGRANT" $c --help | wc -l)" -le 24; done

# The real parser, also over the bytes as cp1252 and cp1251.
if powershell_host; then
    ok "the real PowerShell parser takes all scripts" "$POWERSHELL_HOST" encodings scripts/*.ps1
    # A script that does not parse must not pass, else this proves nothing.
    printf "Step -Id 'a-001' {\r\n" >broken.ps1
    ok "and refuses a broken one" sh -c "! '$POWERSHELL_HOST' encodings broken.ps1"
fi
finish
