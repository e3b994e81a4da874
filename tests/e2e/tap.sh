# tap.sh - the few lines of TAP that the end-to-end tests share. Sourced by *.t; needs bash.
#
# Environment: UNGRANT, the binary; GENERATE, the incident generator; both absolute.
set -u
tap_count=0
tap_failed=0
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SHARED_DATA=$ROOT/../shared/data
: "${UNGRANT:=$ROOT/build/ungrant}" "${GENERATE:=$ROOT/build/tests/incident/generate}"

# ok NAME COMMAND...: passes when the command does; what it printed is shown when it does not.
ok() {
    local name=$1 out
    shift
    tap_count=$((tap_count + 1))
    if out=$("$@" 2>&1); then
        echo "ok $tap_count - $name"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $name"
        printf '# %s\n' "command: $*"
        printf '%s\n' "$out" | head -n 30 | sed 's/^/# /'
    fi
}

# is NAME GOT WANT
is() {
    tap_count=$((tap_count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $tap_count - $1"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $1"
        printf '%s\n' "$2" | head -n 15 | sed 's/^/# got:  /'
        printf '%s\n' "$3" | head -n 15 | sed 's/^/# want: /'
    fi
}

# status NAME WANT COMMAND...: the exit status of the command.
status() {
    local name=$1 want=$2 got=0
    shift 2
    "$@" >"$WORK/status.out" 2>"$WORK/status.err" || got=$?
    is "$name" "$got" "$want"
}

# skip NAME WHY: said, never silent.
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

finish() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
}
