#!/bin/bash
# demo.sh - the main job on a generated sample incident: collect, verify, analyze, plan, a scripted
# review, emit. Run by `make demo`; everything lands under $BUILD/demo.
set -eu
: "${BUILD:=build}"
ungrant=$BUILD/ungrant
demo=$BUILD/demo
rm -rf "$demo"
mkdir -p "$demo"
"$BUILD/tests/incident/generate" --seed 7 --environment online --out "$demo/incident" >"$demo/generate.log"

step() { # step NAME STATUS... COMMAND...: runs it, its output into a log; these exit statuses are expected
    local name=$1 allowed=$2 got=0
    shift 2
    "$@" >"$demo/$name.log" 2>&1 || got=$?
    case " $allowed " in
    *" $got "*) ;;
    *)
        echo "demo: $name ended with status $got:" >&2
        tail -n 20 "$demo/$name.log" >&2
        exit 1
        ;;
    esac
}
step collect "0" "$ungrant" collect "$demo/incident/evidence" -o "$demo/CASE.zip" --case DEMO-1 \
    --examiner 'D. Emo' --organization Fabrikam
step verify "0" "$ungrant" verify "$demo/CASE.zip"
step analyze "0 3" "$ungrant" analyze "$demo/CASE.zip" -o "$demo/out"
states=()
for f in "$demo"/incident/evidence/state/*/*; do states+=(--state "$f"); done
step plan "0" "$ungrant" plan "$demo/out" -o "$demo/plan.json" --case DEMO-1 "${states[@]}"
# The scripted review: a person would look at each action; the demo approves those that are pressing.
ids=$(awk -F'"' '$2 == "id" { id = $4 } $2 == "priority" && ($4 == "critical" || $4 == "high") { print id }' \
    "$demo/plan.json")
# Two people: the plan may ask for a second one.
for reviewer in 'R. Eviewer' 'S. Econd'; do
    step review "0 1" "$ungrant" review "$demo/plan.json" --approve $ids --by "$reviewer" \
        --reason 'demo: reviewed by script against the generated truth'
done
step emit "0" "$ungrant" emit "$demo/plan.json" -o "$demo/scripts"

echo "sample incident   $demo/incident (generated, seed 7)"
echo "sealed case       $demo/CASE.zip"
sed -n '1,6p' "$demo/analyze.log"
echo "actions           $(sed -n 's/,.*//p' "$demo/plan.log"), of which the scripted review approved $(printf '%s\n' $ids | wc -l)"
echo "report            $demo/out/report.html"
echo "rollback script   $demo/scripts/rollback.ps1"
