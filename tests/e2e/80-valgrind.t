#!/bin/bash
# The whole job under valgrind: no invalid access, no leak, in any of its processes.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
if [ -n "${SANITIZED:-}" ]; then
    skip "valgrind" "a sanitized build is its own check"
elif ! command -v valgrind >/dev/null; then
    skip "valgrind" "valgrind is not installed"
else
    watch() { # watch NAME STATUS ARGS...
        local name=$1 want=$2
        shift 2
        status "$name under valgrind" "$want" valgrind -q --error-exitcode=99 --trace-children=yes \
            --leak-check=full --errors-for-leak-kinds=definite "$UNGRANT" "$@"
        is "$name: valgrind is silent" "$(grep -c '^==' "$WORK/status.err")" 0
    }
    "$GENERATE" --seed 4 --out incident >/dev/null
    watch collect 0 collect incident/evidence -o CASE.tar.gz --case V --examiner V
    watch verify 0 verify CASE.tar.gz
    watch analyze 0 analyze CASE.tar.gz -o out
    watch dump 0 dump "$(find incident/evidence -name 'MSExchange*' | head -n 1)"
    watch plan 0 plan out -o plan.json --state incident/evidence/state/before/Mailbox.json
    watch review 0 review plan.json --approve-all --by Ann --reason x
    watch emit 0 emit plan.json -o scripts
fi
finish
