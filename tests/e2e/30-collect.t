#!/bin/bash
# collect and verify, judged by stock tools: unzip, 7z, tar, bsdtar, sha256sum, and VERIFY.txt's own lines.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
mkdir -p in/sub
printf '{"a":1}\n' >in/one.json
head -c 200000 /dev/urandom >in/sub/two.bin
printf 'x' >"in/na me:ü"
mkfifo in/fifo
ln -s /etc/passwd in/link
export SOURCE_DATE_EPOCH=1700000000

collect() { "$UNGRANT" collect in -o "$1" --case C-1 --examiner 'E. Xaminer' --all; }
# The lines of VERIFY.txt that a reader is told to type, run as they stand; only "OK" lines may come.
verify_txt() {
    local said
    said=$(sed -n 's/^    //p' VERIFY.txt | bash 2>&1 | grep -v ': OK$')
    [ -z "$said" ] || { echo "$said"; return 1; }
}
unpack() { # ARCHIVE DIR
    mkdir -p "$2"
    cp "$1" "$1.sha256" "$2" # VERIFY.txt expects the archive beside the folder
    case $1 in
    *.zip) unzip -q "$1" -d "$2" ;;
    *) bsdtar -xf "$1" -C "$2" ;;
    esac
}

for end in zip tar tar.gz tar.zst; do
    status "collect writes .$end" 0 collect "case.$end"
    ok ".$end: sha256sum agrees on the archive" sha256sum --quiet -c "case.$end.sha256"
    status ".$end: verify is satisfied" 0 "$UNGRANT" verify "case.$end"
    ok ".$end: it unpacks" unpack "case.$end" "unpacked-$end"
    ok ".$end: the bytes are those of the source" cmp in/sub/two.bin "unpacked-$end/case/data/"*-two.bin
    status ".$end: verify is satisfied with the unpacked bag" 0 "$UNGRANT" verify "unpacked-$end/case"
    cd "unpacked-$end/case" || exit 1
    ok ".$end: the lines of VERIFY.txt find nothing" verify_txt
    cd "$WORK" || exit 1
done
if command -v 7z >/dev/null; then
    ok "7z tests the zip" 7z t case.zip
else
    skip "7z tests the zip" "no 7z here"
fi
tar -C unpacked-zip -cf again.tar case
status "verify is satisfied with a tar made of the bag" 0 "$UNGRANT" verify again.tar

mv case.zip first.zip
rm case.zip.sha256
collect case.zip >/dev/null
ok "the same input gives the same archive" cmp first.zip case.zip
status "an archive is never overwritten" 4 collect case.zip
status "an unknown extension is a usage error" 2 collect case.rar
ok "--list names the files" sh -c '"$0" collect in --list --all | grep -q "one.json"' "$UNGRANT"

echo x >unpacked-tar/case/data/added
status "an added file is bad" 4 "$UNGRANT" verify unpacked-tar/case
ok "and named" grep -q 'data/added' "$WORK/status.out"
cd unpacked-tar/case || exit 1
ok "VERIFY.txt finds the added file" sh -c "sed -n 's/^    //p' VERIFY.txt | bash 2>&1 | grep -q 'not listed: data/added'"
cd "$WORK" || exit 1
head -c 3000 first.zip >cut.zip
status "a cut archive is bad" 4 "$UNGRANT" verify cut.zip
status "what is no archive is refused" 4 "$UNGRANT" verify in/one.json
status "a missing archive is refused" 4 "$UNGRANT" verify nowhere.zip
status "verify notes itself when told who" 0 "$UNGRANT" verify case.zip --by 'J. Udge'
status "and the longer chain is good" 0 "$UNGRANT" verify case.zip
status "a second check is noted behind it" 0 "$UNGRANT" verify case.zip --by Again
sed -i 's/J. Udge/J. Fudge/' case.custody.jsonl
status "an altered link is bad" 4 "$UNGRANT" verify case.zip
ok "and the line that was altered is named" grep -q 'case.custody.jsonl, line 1' "$WORK/status.out"
finish
