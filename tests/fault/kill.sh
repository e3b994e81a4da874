#!/bin/bash
# kill.sh N - collect, custody and package killed at N random moments each: what they leave is the old state or the new
# one. Environment: BUILD; KILL_SEED repeats a run.
set -u
: "${BUILD:=build}" "${KILL_SEED:=$RANDOM}"
n=${1:-1000}
RANDOM=$KILL_SEED
ungrant=$BUILD/ungrant
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
made() { # made NAME USAGE: a certificate that is its own authority
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 9 \
        -subj "/CN=$1" -addext keyUsage=digitalSignature -addext extendedKeyUsage="$2" 2>/dev/null
}
made signer emailProtection && made clock critical,timeStamping && cat signer.pem clock.pem >ca.pem || exit 1
mkdir in
for i in 1 2 3 4 5 6 7 8; do printf '{"a":%d}\n' $i >in/$i.json; done
head -c 3000000 /dev/urandom >in/large
sign=(--sign signer.key --cert signer.pem)
"$ungrant" collect in -o good.zip --case K --examiner K --all "${sign[@]}" >/dev/null || exit 1
failed=0 old=0 new=0

fail() {
    echo "kill: $1 (seed $KILL_SEED)"
    failed=1
}

# Milliseconds that a command takes when nobody kills it.
duration() {
    local from=${EPOCHREALTIME/./}
    "$@" >/dev/null 2>&1
    echo $(((${EPOCHREALTIME/./} - from) / 1000 + 1))
}

# Runs a command and kills it within the time that it takes, sometimes a little later.
strike() { # strike MILLISECONDS COMMAND...
    local at=$((RANDOM % ($1 + $1 / 8 + 2)))
    shift
    "$@" >/dev/null 2>&1 &
    local pid=$!
    sleep "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
}

collect() { "$ungrant" collect in -o "$1" --case K --examiner K --all "${sign[@]}"; }
most=$(duration collect timed.zip)
for ((i = 0; i < n; i++)); do
    rm -f k.zip k.zip.* k.tsq*
    strike "$most" "$ungrant" collect in -o k.zip --case K --examiner K --all "${sign[@]}"
    if [ -e k.zip ]; then
        new=$((new + 1))
        "$ungrant" verify k.zip --ca ca.pem >said || fail "collect: k.zip is there and $(grep -m 1 bad said)"
        [ ! -e k.zip.sha256 ] || sha256sum --quiet -c k.zip.sha256 || fail "collect: k.zip.sha256 is wrong"
    else
        old=$((old + 1))
        [ ! -e k.zip.sha256 ] && [ ! -e k.tsq ] || fail "collect: no case, but what lies beside one"
    fi
    # Whatever is left, the next run is not stopped by it.
    rm -f k.zip k.zip.sha256
    [ $((i % 8)) -ne 0 ] || collect k.zip >/dev/null || fail "collect: does not run again"
done
echo "kill: collect: $old times no case, $new times a good one"

cat >tsa.cnf <<'END'
[tsa]
default_tsa=t
[t]
serial=tsa.serial
crypto_device=builtin
signer_cert=clock.pem
signer_key=clock.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_chain=no
ess_cert_id_alg=sha256
END
echo 01 >tsa.serial
old=0 new=0
cp good.zip c.zip && cp good.tsq c.tsq
openssl ts -reply -config tsa.cnf -queryfile c.tsq -out answer.tsr 2>/dev/null || fail "openssl ts gives no answer"
most=$(duration "$ungrant" custody c.zip --transfer --from A --to B "${sign[@]}")
rm -f c.custody.jsonl
"$ungrant" custody c.zip --note begin >/dev/null || exit 1
cp c.custody.jsonl begin
cp c.zip other.zip && cp begin other.custody.jsonl
"$ungrant" custody other.zip --note there >/dev/null || exit 1
for ((i = 0; i < n; i++)); do
    if [ $((i % 16)) -eq 0 ]; then
        cp begin c.custody.jsonl
        rm -f c.tsr
    fi
    cp c.custody.jsonl before
    case $((i % 4)) in
    0) strike "$most" "$ungrant" custody c.zip --timestamp answer.tsr ;;
    1) strike "$most" "$ungrant" custody c.zip --transfer --from A --to B "${sign[@]}" ;;
    2) strike "$most" "$ungrant" custody c.zip --note "number $i" ;;
    3) strike "$most" "$ungrant" custody c.zip --join other.custody.jsonl "${sign[@]}" ;;
    esac
    if cmp -s before c.custody.jsonl; then old=$((old + 1)); else new=$((new + 1)); fi
    cmp -s -n "$(stat -c %s before)" before c.custody.jsonl || fail "custody: a link that was there is gone"
    "$ungrant" verify c.zip --ca ca.pem >said || fail "custody: after $i, $(grep -m 1 bad said)"
done
echo "kill: custody: $old times the old chain, $new times the new one"

old=0 new=0
mkdir few && printf '{"CreationTime":"2022-03-09T08:41:17","Id":"1","Operation":"Add-MailboxPermission","RecordType":1,"ResultStatus":"True","Workload":"Exchange","UserId":"a@b.example","Parameters":[{"Name":"Identity","Value":"m"},{"Name":"User","Value":"e"},{"Name":"AccessRights","Value":"FullAccess"}]}\n' >few/audit.json
cp in/large few/
"$ungrant" collect few -o few.zip --case K --examiner K --all "${sign[@]}" >/dev/null && "$ungrant" analyze few.zip -o few.out >/dev/null
echo 'correct horse' >password
hand_over() { "$ungrant" package few.zip few.out -o h.zip --with-content; }
cp few.custody.jsonl begin
most=$(duration hand_over)
for ((i = 0; i < n; i++)); do
    [ $((i % 16)) -ne 0 ] || cp begin few.custody.jsonl
    rm -f h.zip h.zip.sha256 package.zip
    password=()
    [ $((i % 2)) -eq 0 ] || password=(--password-file password)
    strike "$most" "$ungrant" package few.zip few.out -o h.zip --with-content --ca ca.pem "${password[@]}"
    if [ -e h.zip ]; then
        new=$((new + 1))
        inner=h.zip
        if [ $((i % 2)) -ne 0 ]; then
            inner=package.zip
            7z x -p'correct horse' h.zip >/dev/null || fail "package: h.zip is there and 7z does not open it"
        fi
        "$ungrant" verify "$inner" --ca ca.pem >said || fail "package: $inner is there and $(grep -m 1 bad said)"
        [ ! -e h.zip.sha256 ] || sha256sum --quiet -c h.zip.sha256 || fail "package: h.zip.sha256 is wrong"
    else
        old=$((old + 1))
        [ ! -e h.zip.sha256 ] || fail "package: no package, but its hash"
    fi
    "$ungrant" verify few.zip --ca ca.pem >said || fail "package: after $i, the case: $(grep -m 1 bad said)"
done
rm -f h.zip h.zip.sha256
hand_over >/dev/null 2>&1 || fail "package: does not run again"
echo "kill: package: $old times none, $new times a good one"
exit $failed
