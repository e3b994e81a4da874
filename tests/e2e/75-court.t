#!/bin/bash
# A case that strangers check: sealed, signed, timed, handed over; judged by sha256sum, unzip, openssl cms and
# openssl ts, with an authority made here. Then what goes wrong, each with its own line.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
exec </dev/null # nothing here may ask

# ---- an authority, as openssl makes one ----
issue() { # issue NAME ALGORITHM EXTENSIONS: NAME.key and NAME.pem
    openssl req -new -newkey $2 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
    printf "$3" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "${4:-ca}.pem" -CAkey "${4:-ca}.key" -CAcreateserial -days 365 \
        -extfile "$1.ext" -out "$1.pem"
}
p256='ec -pkeyopt ec_paramgen_curve:P-256'
{
    openssl req -x509 -newkey $p256 -nodes -keyout ca.key -out ca.pem -days 3650 -subj '/CN=Test Authority' \
        -addext keyUsage=critical,keyCertSign,cRLSign
    openssl req -x509 -newkey $p256 -nodes -keyout other.key -out other.pem -days 3650 -subj '/CN=Other'
    issue mid "$p256" 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n'
    issue rsa rsa:2048 'keyUsage=digitalSignature\nextendedKeyUsage=emailProtection\n'
    issue ecdsa "$p256" 'keyUsage=digitalSignature\n' mid
    issue web "$p256" 'extendedKeyUsage=serverAuth\n'
    issue ed ed25519 ''
    issue tsa rsa:2048 'keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n'
    cat ecdsa.pem mid.pem >chain.pem
    openssl pkcs8 -topk8 -in rsa.key -out locked.key -passout pass:geheim
    # A certificate that was good for one day, long ago.
    mkdir db && : >db/index && echo 01 >db/serial
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=db/index\nserial=db/serial\nnew_certs_dir=db\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' >ca.cnf
    openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in rsa.csr -out old.pem \
        -startdate 20230101000000Z -enddate 20230102000000Z -notext
} >authority.log 2>&1
ok "an authority is made" openssl verify -CAfile ca.pem -untrusted mid.pem ecdsa.pem
cat >tsa.cnf <<'END'
[tsa]
default_tsa=t
[t]
serial=tsa.serial
crypto_device=builtin
signer_cert=tsa.pem
signer_key=tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_chain=no
ess_cert_id_alg=sha256
END
echo 01 >tsa.serial
echo geheim >secret
echo falsch >wrong

mkdir in
printf '{"a":1}\n' >in/one.json
printf 'two' >in/two.txt
collect() { "$UNGRANT" collect in -o "$1" --case C-1 --examiner 'E. Xaminer' --all "${@:2}"; }
said() { grep -q -e "$1" "$WORK/status.out" "$WORK/status.err"; }

# ---- sealed, signed, timed, handed over ----
for kind in 'rsa rsa.key rsa.pem' 'ecdsa ecdsa.key chain.pem'; do
    read -r name key cert <<<"$kind"
    mkdir "$name" && cp ca.pem "$name/AUTHORITY.pem"
    status "$name: a case is signed" 0 collect "$name/CASE.zip" --sign "$key" --cert "$cert"
    status "$name: a signer nobody vouches for is not checked" 3 "$UNGRANT" verify "$name/CASE.zip"
    ok "$name: and that is said" said 'signature *not checked because no --ca'
    status "$name: with the authority it is good" 0 "$UNGRANT" verify "$name/CASE.zip" --ca ca.pem
    status "$name: another authority does not know it" 4 "$UNGRANT" verify "$name/CASE.zip" --ca other.pem
    ok "$name: and that is said" said 'p7s: the certificate is unknown'
    ok "$name: the request is what openssl would ask" sh -c \
        "openssl ts -query -data $name/CASE.zip -sha256 -cert -no_nonce -out q && cmp q $name/CASE.tsq"
    ok "$name: the authority answers it" \
        openssl ts -reply -config tsa.cnf -queryfile "$name/CASE.tsq" -out "$name.tsr"
    status "$name: the answer is kept" 0 "$UNGRANT" custody "$name/CASE.zip" --timestamp "$name.tsr" --ca ca.pem
    ok "$name: as it came" cmp "$name.tsr" "$name/CASE.tsr"
    ok "$name: openssl ts agrees" \
        openssl ts -verify -in "$name/CASE.tsr" -data "$name/CASE.zip" -CAfile ca.pem
    status "$name: handed over, signed" 0 "$UNGRANT" custody "$name/CASE.zip" --transfer --from Ann --to Bob \
        --note 'envelope 12' --sign "$key" --cert "$cert"
    status "$name: all of it is good" 0 "$UNGRANT" verify "$name/CASE.zip" --ca ca.pem
    ok "$name: the time stamp is said" said 'time stamp *good (.* by CN=tsa)'
    status "$name: the chain is shown, and good" 0 "$UNGRANT" custody "$name/CASE.zip" --ca ca.pem
    ok "$name: with the transfer" said 'transfer .* from Ann to Bob; envelope 12'
    ok "$name: and its signature" said "sign .* of link 4, signed by CN=$name, .*certificate trusted"
    ok "$name: it unpacks" unzip -q "$name/CASE.zip" -d "$name"
    # Exactly the lines of VERIFY.txt that a reader is told to type.
    (cd "$name/CASE" && sed -n 's/^    //p' VERIFY.txt >../lines && sh ../lines) >"$name/said" 2>&1
    is "$name: VERIFY.txt's lines say what it says they do" \
        "$(grep -v -e '^Using configuration' -e '^Time stamp: ' "$name/said" | LC_ALL=C sort)" \
        "$(printf '%s\n' 'CASE.zip: OK' 'CMS Verification successful' 'CMS Verification successful' \
            'VERIFY.txt: OK' 'Verification: OK' 'bag-info.txt: OK' 'bagit.txt: OK' 'custody.jsonl: OK' \
            'data/000001-one.json: OK' 'data/000002-two.txt: OK' 'inventory.csv: OK' 'manifest-sha256.txt: OK')"
    ok "$name: and when it was" grep -q '^Time stamp: ' "$name/said"
done
is "VERIFY.txt has eleven steps" "$(grep -c '^[0-9]*\. ' rsa/CASE/VERIFY.txt)" 11

export SOURCE_DATE_EPOCH=1800000000
for n in 1 2; do mkdir same$n && collect same$n/CASE.zip --sign rsa.key --cert rsa.pem >/dev/null; done
ok "the same input, key and time give the same bytes (RSA)" cmp same1/CASE.zip same2/CASE.zip
for n in 3 4; do mkdir same$n && collect same$n/CASE.zip --sign ecdsa.key --cert chain.pem >/dev/null && unzip -q same$n/CASE.zip -d same$n; done
is "the same but for the signature (ECDSA)" "$(diff -rq same3/CASE same4/CASE | sed 's/.*CASE.//; s/ differ//')" \
    tagmanifest-sha256.txt.p7s
unset SOURCE_DATE_EPOCH

# ---- VERIFY.txt finds what was done to a case ----
lines() { (cd "$1/CASE" && sh ../lines) 2>&1; }
damage() { # damage NAME WORDS COMMAND...: in a copy of the case; WORDS must be said by VERIFY.txt's lines and by verify
    local name=$1 words=$2
    shift 2
    rm -rf damaged && cp -r rsa damaged
    (cd damaged/CASE && "$@")
    ok "VERIFY.txt: $name" sh -c 'printf "%s" "$1" | grep -q -e "$2"' - "$(lines damaged)" "$words"
}
damage "an altered item" 'data/000001-one.json: FAILED' sh -c 'printf x >>data/000001-one.json'
damage "an item that was added" 'not listed: data/x' touch data/x
damage "a file beside it" 'not listed: note' touch note
damage "a missing item" 'data/000002-two.txt: FAILED open' rm data/000002-two.txt
damage "another tag manifest" 'Verification failure' sed -i 's/^./0/' tagmanifest-sha256.txt
damage "an altered link" 'line 2 does not follow, or was altered' sed -i '2s/Ann/Eve/' ../CASE.custody.jsonl
damage "a removed link" 'line 1 does not follow' sed -i 1d ../CASE.custody.jsonl
damage "a link signed by nobody" 'Verification failure' sed -i '2s/Bob/Rob/' ../CASE.custody.jsonl
damage "another archive" 'CASE.zip: FAILED' sh -c 'printf x >>../CASE.zip'
damage "a time stamp of something else" 'Verification: FAILED' cp ../../ecdsa.tsr ../CASE.tsr

# ---- verify says which ----
rm -rf damaged && cp -r rsa damaged
printf x >>damaged/CASE.zip
status "an archive that grew is bad" 4 "$UNGRANT" verify damaged/CASE.zip --ca ca.pem
rm -rf damaged && cp -r rsa damaged
rm damaged/CASE/tagmanifest-sha256.txt.p7s
status "a signature that was taken away is missed" 4 "$UNGRANT" verify damaged/CASE --ca ca.pem
ok "by its name" said 'p7s: is missing, but bag-info.txt says who signed'
cp ecdsa/CASE/tagmanifest-sha256.txt.p7s damaged/CASE/
status "so is another's" 4 "$UNGRANT" verify damaged/CASE --ca ca.pem
openssl cms -sign -binary -in damaged/CASE/tagmanifest-sha256.txt -signer ecdsa.pem -inkey ecdsa.key -outform DER \
    -out damaged/CASE/tagmanifest-sha256.txt.p7s
status "one that signs again is told from the first" 4 "$UNGRANT" verify damaged/CASE --ca ca.pem
ok "by its certificate" said 'not those that bag-info.txt names'
status "JSON says the same" 4 sh -c '"$0" verify damaged/CASE --ca ca.pem --json | jq -e ".checks[] | select(.check == \"signature\") | .verdict == \"bad\"" && exit 4' "$UNGRANT"
# Sealed anew by someone with a certificate for web servers, every hash made to fit.
fingerprint() { openssl x509 -in "$1" -outform DER | sha256sum | cut -c1-64; }
sed -i "s/$(fingerprint rsa.pem)/$(fingerprint web.pem)/" damaged/CASE/bag-info.txt
(cd damaged/CASE && sed -i "s/^.* bag-info.txt/$(sha256sum bag-info.txt)/" tagmanifest-sha256.txt)
openssl cms -sign -binary -in damaged/CASE/tagmanifest-sha256.txt -signer web.pem -inkey web.key -outform DER \
    -out damaged/CASE/tagmanifest-sha256.txt.p7s
status "a certificate made for something else is bad" 4 "$UNGRANT" verify damaged/CASE --ca ca.pem
ok "and called so" said 'p7s: the certificate was made for something else'
status "also where nobody said whom to trust" 4 "$UNGRANT" verify damaged/CASE
rm -rf damaged && cp -r rsa damaged
sed -i 1d damaged/CASE.custody.jsonl
status "a removed first link is bad" 4 "$UNGRANT" verify damaged/CASE.zip --ca ca.pem
ok "and named" said 'CASE.custody.jsonl, line 1: has lost its predecessor'
cp rsa/CASE.custody.jsonl damaged/ && sed -i '$d' damaged/CASE.custody.jsonl
status "a signature cut off at the end is bad" 4 "$UNGRANT" custody damaged/CASE.zip --ca ca.pem
ok "and named" said 'line 2: should be signed, but its signature'
rm damaged/CASE.custody.jsonl
status "a chain cut off before the time stamp is bad" 4 "$UNGRANT" verify damaged/CASE.zip --ca ca.pem
ok "since the time stamp is there" said 'CASE.custody.jsonl: has no link for the time stamp'

# ---- forks ----
mkdir fork && cp rsa/CASE.* fork/
for at in rsa fork; do status "$at: the chain goes on" 0 "$UNGRANT" custody $at/CASE.zip --note "at $at"; done
cat rsa/CASE.custody.jsonl <(tail -n 1 fork/CASE.custody.jsonl) >both
cp both damaged/CASE.custody.jsonl
status "two copies in one file are bad" 4 "$UNGRANT" custody damaged/CASE.zip --ca ca.pem
ok "and called so" said 'line 4: was added, or comes from another copy'
status "forked copies are joined" 0 "$UNGRANT" custody rsa/CASE.zip --join fork/CASE.custody.jsonl
ok "and called so" said 'the copies forked after link 5: 1 links here, 1 there; both are kept'
status "both branches are shown" 0 "$UNGRANT" custody rsa/CASE.zip --ca ca.pem
ok "one" said ': CASE; at rsa'
ok "and the other" said ': CASE; at fork'
status "the joined chain is good" 0 "$UNGRANT" verify rsa/CASE.zip --ca ca.pem
ok "JSON holds both" sh -c '"$0" custody rsa/CASE.zip --ca ca.pem --json | jq -e ".status == 0 and .faults == [] and
    ([.beside[] | select(.event == \"join\") | .branch[].note] == [\"at fork\"]) and ([.beside[].note] | index(\"at rsa\"))"' "$UNGRANT"
status "a chain of another case is not joined" 4 "$UNGRANT" custody rsa/CASE.zip --join ecdsa/CASE.custody.jsonl

# ---- who has it ----
cp ecdsa/CASE.custody.jsonl alone
status "who has the case hands it on" 0 "$UNGRANT" custody ecdsa/CASE.zip --transfer --from Bob --to Cyd
is "without a word" "$(cat status.err)" ""
status "who has it not, too" 0 "$UNGRANT" custody ecdsa/CASE.zip --transfer --from Bob --to Eve
ok "with a warning" said 'warning: the chain says that Cyd has the case, not Bob'
cp alone ecdsa/CASE.custody.jsonl

# ---- many at once ----
links() { grep -c '"event":"note"' "$1"; }
for n in 1 2 3 4 5 6 7 8 9 10; do "$UNGRANT" custody ecdsa/CASE.zip --note "number $n" & done >/dev/null
wait
is "ten that add at the same time take turns" "$(links ecdsa/CASE.custody.jsonl)" 10
status "and leave one good chain" 0 "$UNGRANT" verify ecdsa/CASE.zip --ca ca.pem
cp alone ecdsa/CASE.custody.jsonl

# ---- what goes wrong has its own line ----
wrong() { # wrong NAME WORDS COMMAND...: status 4, the words on one line, nothing that looks like a case
    local name=$1 words=$2
    shift 2
    status "$name ends the run" 4 "$@"
    ok "$name: is said in one line" sh -c '[ "$(wc -l <"$1")" -eq 1 ] && grep -q -e "$2" "$1"' - "$WORK/status.err" "$words"
    ok "$name: leaves no case" test ! -e bad.zip
}
wrong "a wrong passphrase" 'locked.key: the passphrase is wrong' collect bad.zip --sign locked.key --cert rsa.pem --passphrase-file wrong
wrong "no terminal to ask on" 'there is no terminal to ask' collect bad.zip --sign locked.key --cert rsa.pem
wrong "an expired certificate" 'old.pem: the certificate has expired (2023-01-02T00:00:00Z)' collect bad.zip --sign rsa.key --cert old.pem
wrong "a certificate for something else" 'web.pem: the certificate was made for something else' collect bad.zip --sign web.key --cert web.pem
wrong "an Ed25519 key" 'ed.key: .*`openssl cms` of Debian cannot check' collect bad.zip --sign ed.key --cert ed.pem
wrong "another's certificate" 'not that of the key' collect bad.zip --sign rsa.key --cert ecdsa.pem
wrong "a URI without provider" 'no provider of OpenSSL opens such a URI' collect bad.zip --sign 'pkcs11:token=x' --cert rsa.pem
wrong "a key that is not there" 'nokey: cannot open the key: No such file' collect bad.zip --sign nokey --cert rsa.pem
wrong "a time stamp of something else" 'wrong.tsr: is a time stamp of something else than this archive; not kept' \
    sh -c 'cp ecdsa.tsr wrong.tsr; "$0" custody rsa/CASE.zip --timestamp wrong.tsr' "$UNGRANT"
mkdir stale && cp rsa/CASE.custody.jsonl stale/
wrong "the chain of another case" 'stale/CASE.custody.jsonl: is there already and belongs to another case' collect stale/CASE.zip
status "a URI that OpenSSL opens is a key, too" 0 collect uri.zip --sign "file:$WORK/locked.key" --cert rsa.pem --passphrase-file secret
status "signed by that key" 0 "$UNGRANT" verify uri.zip --ca ca.pem
wrong "a wrong passphrase for a URI" 'no key, or the passphrase is wrong' \
    collect bad.zip --sign "file:$WORK/locked.key" --cert rsa.pem --passphrase-file wrong
status "a passphrase from a file opens the key" 0 collect opened.zip --sign locked.key --cert rsa.pem --passphrase-file secret
status "--sign without --cert is a usage error" 2 collect bad.zip --sign rsa.key
status "a transfer to nobody is a usage error" 2 "$UNGRANT" custody rsa/CASE.zip --transfer --from Ann
if command -v script >/dev/null; then
    ok "a passphrase is asked for on the terminal" sh -c \
        'echo geheim | script -qec "sleep 0.2; \"$0\" collect in -o asked.zip --case C --examiner E --all --sign locked.key --cert rsa.pem" /dev/null; test -e asked.zip.sha256' "$UNGRANT"
else
    skip "a passphrase is asked for on the terminal" "no script(1) here"
fi
# The certificate was good when it signed, and is not now: the time stamp is what tells.
export SOURCE_DATE_EPOCH=1672574400
status "a case signed in time" 0 collect aged.zip --sign rsa.key --cert old.pem
unset SOURCE_DATE_EPOCH
status "without a time stamp it has expired" 4 "$UNGRANT" verify aged.zip --ca ca.pem
ok "and when is said" said 'p7s: the certificate was expired.*2023-01-02T00:00:00Z'

chmod 755 "$WORK" && cp "$UNGRANT" ungrant-copy && chmod 755 ungrant-copy
nobody() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi; }
mkdir locked && cp rsa/CASE.* locked/ && chmod 555 locked && chmod 444 locked/*
cp locked/CASE.custody.jsonl before
status "a read-only folder ends the run" 4 nobody "$WORK/ungrant-copy" custody "$WORK/locked/CASE.zip" --note x
ok "and is said in one line" grep -q 'CASE.custody.jsonl.partial: cannot write: Permission denied' status.err
ok "the chain is as it was" cmp before locked/CASE.custody.jsonl
chmod 755 in && chmod 644 in/*
status "no case is begun there" 4 nobody "$WORK/ungrant-copy" collect "$WORK/in" -o "$WORK/locked/NEW.zip" --case C --examiner E --all
ok "and that is said in one line" grep -q 'NEW.zip.partial: cannot write: Permission denied' status.err
status "the case in it can be verified" 0 nobody "$WORK/ungrant-copy" verify "$WORK/locked/CASE.zip" --ca "$WORK/ca.pem"
chmod 755 locked
mkdir full
cat >full.sh <<'END'
mount -t tmpfs -o size=64k none full && cp rsa/CASE.* full/ || exit 77
head -c 1M /dev/zero >full/rest 2>/dev/null
"$UNGRANT" custody full/CASE.zip --note x
got=$?
"$UNGRANT" collect in -o full/NEW.zip --case C --examiner E --all --sign rsa.key --cert rsa.pem
[ $? -eq 4 ] && [ ! -e full/NEW.zip ] && [ ! -e full/NEW.zip.sha256 ] || got=98
cmp full/CASE.custody.jsonl rsa/CASE.custody.jsonl || got=99
exit $got
END
UNGRANT=$UNGRANT unshare -rm bash full.sh >status.out 2>status.err
got=$?
if grep -q -e 'unshare' -e 'mount:' status.err || [ $got -eq 77 ]; then
    skip "a full disk" "no mount namespaces here"
else
    is "a full disk ends the run, and the chain is as it was" "$got" 4
    ok "a full disk is said in one line" grep -q 'CASE.custody.jsonl.partial: cannot write: No space left on device' status.err
    ok "for a new case as well, which is not there then" grep -q 'NEW.zip.partial: cannot write: No space left on device' status.err
fi
finish
