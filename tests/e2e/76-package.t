#!/bin/bash
# A case handed over to people without ungrant: what they get is opened and checked with unzip, sha256sum, 7z, jq
# and xmllint only.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
exec </dev/null # nothing here may ask
said() { grep -q -e "$1" "$WORK/status.out" "$WORK/status.err"; }

# ---- a case: two grants, a sign-in, mail with a subject, and names that want to be markup ----
evil="</td><img src=x onerror=alert(1)>{{case}}\u202e"
grant() { # grant ID MAILBOX TRUSTEE [SUBJECT]
    printf '{"CreationTime":"2022-03-09T08:41:17","Id":"%s-52c4-4f0a-8e1d-08da01a2b3c4","Operation":"Add-MailboxPermission","RecordType":1,"ResultStatus":"True","Workload":"Exchange","UserId":"adm@contoso.example","ClientIP":"203.0.113.9","ObjectId":"%s","Item":{"Subject":"%s"},"Parameters":[{"Name":"Identity","Value":"%s"},{"Name":"User","Value":"%s"},{"Name":"AccessRights","Value":"FullAccess"}]}\n' \
        "$1" "$2" "${4:-}" "$2" "$3"
}
signin() { # signin ID WHO ADDRESS
    printf '{"CreationTime":"2022-03-09T08:3%s:00","Id":"%s-52c4-4f0a-8e1d-08da01a2b3c4","Operation":"UserLoggedIn","RecordType":15,"ResultStatus":"Success","Workload":"AzureActiveDirectory","UserId":"%s","ClientIP":"%s"}\n' \
        "$1" "0000010$1" "$2" "$3"
}
mkdir -p in
{
    grant 00000001 ann@contoso.example eve@contoso.example
    grant 00000002 ann@contoso.example "$evil"
    grant 00000003 bob@contoso.example eve@contoso.example 'the merger with Fabrikam'
    signin 1 adm@contoso.example 203.0.113.9
    signin 2 somebody.else@contoso.example 198.51.100.77
} >in/audit.json
export SOURCE_DATE_EPOCH=1800000000
sealed() { # sealed FOLDER: the case and its analysis, anew
    mkdir "$1" && "$UNGRANT" collect in -o "$1/CASE.zip" --case C-7 --examiner 'E. Xaminer' --organization Contoso &&
        "$UNGRANT" analyze "$1/CASE.zip" -o "$1/out"
}
sealed one >made.log 2>&1
"$UNGRANT" plan one/out -o one/plan.json --case C-7 >>made.log 2>&1
"$UNGRANT" review one/plan.json --approve-all --by 'A. Second' --reason 'asked the owner' >>made.log 2>&1
"$UNGRANT" emit one/plan.json -o one/scripts >>made.log 2>&1
printf '{"format":"ungrant-result/1","actions":[]}\n' >one/scripts/result.json
echo private >one/scripts/notes.txt
cp -r one two && cp -r one broken && cp -r one full && cp -r one locked
package() { "$UNGRANT" package "$1/CASE.zip" "$1/out" "$1/plan.json" "$1/scripts" -o "$1/H.zip" "${@:2}"; }

# ---- what strangers do with it ----
status "a case is packaged" 0 package one
ok "what has to travel beside it is said, with its hash" sh -c \
    'grep -A1 "the sealed case is NOT in it: hand over CASE.zip, too" status.out | grep -q "$(sha256sum <one/CASE.zip | cut -c1-64)"'
ok "without a password there is a warning" grep -q 'warning: without --password-file' status.err
ok "it unpacks" unzip -q one/H.zip -d one
ok "sha256sum: the files are what was packaged" sh -c 'cd one/H && sha256sum --quiet -c manifest-sha256.txt'
ok "sha256sum: so are the files about them" sh -c 'cd one/H && sha256sum --quiet -c tagmanifest-sha256.txt'
ok "sha256sum: so is the zip" sh -c 'cd one && sha256sum --quiet -c H.zip.sha256'
(cd one/H && sed -n 's/^    //p' VERIFY.txt >../lines && sh ../lines) >one/said 2>&1
is "VERIFY.txt's lines say nothing but OK" "$(grep -v ': OK$' one/said)" ""
ok "one of them is of the sealed case beside it" grep -qx '../CASE.zip: OK' one/said
status "ungrant verify agrees" 0 "$UNGRANT" verify one/H.zip
ok "and finds the sealed case beside it" said '^sealed case *good (one/CASE.zip beside it has the SHA-256'
ok "as it does from inside" sh -c 'cd one/H && "$0" verify . | grep "^sealed case *good"' "$UNGRANT"
hash=$(sha256sum <one/CASE.zip | cut -c1-64)
for f in index.html methods.html; do
    ok "$f says loudly that the sealed case travels beside, and its hash" sh -c \
        'grep -A1 "class=.alarm..<strong>The sealed case <code><bdi>CASE.zip</bdi></code> is not in this package: it travels beside it" "$1" | grep -q "$2"' - one/H/data/$f "$hash"
done
ok "so does VERIFY.txt" sh -c 'grep -q "NOT IN THIS PACKAGE" one/H/VERIFY.txt && grep -q "$1" one/H/VERIFY.txt' - "$hash"
mkdir far && cp one/H.zip far/
status "without the sealed case beside it, one thing is not checked" 3 "$UNGRANT" verify far/H.zip
ok "and that is said, with its hash" said "^sealed case *not checked because CASE.zip is neither in this package nor beside it.*$hash"
cp far/H.zip far/CASE.zip
status "another file of that name is bad" 4 "$UNGRANT" verify far/H.zip
ok "and named" said 'far/CASE.zip: is not the sealed case that this package is of'
ok "JSON says so" sh -c '"$0" verify far/H.zip --json | jq -e ".checks[] | select(.check == \"sealed case\") | .verdict == \"bad\""' "$UNGRANT"
cp -r one/H far/ && (cd far/H && sed -n 's/^    //p' VERIFY.txt >../lines && sh ../lines) >far/said 2>&1
ok "by VERIFY.txt, too" grep -qx '../CASE.zip: FAILED' far/said
for f in one/H/data/*.html; do
    is "xmllint: ${f##*/} is HTML" "$(xmllint --html --noout "$f" 2>&1 | grep 'parser error' | grep -v 'Tag [a-z]* invalid')" ""
    is "${f##*/}: every part is filled in" "$(grep -c '{{' "$f" | sed 's/[0-9]*$/&/')" "$(grep -c 'gt;{{case}}' "$f")"
    is "${f##*/}: evidence made no element" "$(grep -c '<img' "$f")" 0
    [ "${f##*/}" = index.html ] || ok "${f##*/}: says that it is a draft" grep -q 'DRAFT: to be read and signed by a qualified person' "$f"
done
for f in certification-902-13 certification-902-14; do
    ok "$f: blanks are marked" grep -q 'class="blank">\[name\]' one/H/data/$f.html
    ok "$f: it is filled from the case" grep -q "$(sha256sum <one/CASE.zip | cut -c1-64)" one/H/data/$f.html
done
is "a form tells the nine checks that a sealed case has" \
    "$(sed -n '/What was checked/,/<.table>/p' one/H/data/certification-902-14.html | grep -o '<tr><td' | wc -l)" 9
ok "methods: the program is named by its hash" grep -q "$(sha256sum <"$UNGRANT" | cut -c1-64)" one/H/data/methods.html
for f in timeline.jsonl ledger.jsonl timeline.csv coverage.json errors.jsonl report.html; do
    ok "the analysis is there as it was: $f" cmp one/out/$f one/H/data/analysis/$f
done
ok "so is the plan with its decisions" cmp one/plan.json one/H/data/plan/plan.json
ok "the index tells the decisions" grep -q 'A. Second' one/H/data/index.html
for f in rollback.ps1 undo.ps1 verify.ps1 SHA256SUMS; do ok "so is $f" cmp one/scripts/$f one/H/data/script/$f; done
ok "so is the result" cmp one/scripts/result.json one/H/data/result/result.json
unzip -q one/CASE.zip -d one/sealed
for f in manifest-sha256.txt tagmanifest-sha256.txt inventory.csv custody.jsonl; do
    ok "so is the seal: $f" cmp one/sealed/CASE/$f one/H/data/case/seal/$f
done
ok "the case's hash is there" cmp one/CASE.zip.sha256 one/H/data/case/CASE.zip.sha256
head -n "$(grep -c '' one/H/data/case/CASE.custody.jsonl)" one/CASE.custody.jsonl >chain
ok "the chain is there" cmp chain one/H/data/case/CASE.custody.jsonl
ok "and goes on with the package" sh -c 'tail -n 1 one/CASE.custody.jsonl | jq -e ".event == \"package\" and .subject.sha256 == \"$(sha256sum <one/H.zip | cut -c1-64)\""'
ok "the case is still good" "$UNGRANT" verify one/CASE.zip

# ---- each record relied on ----
# The table of index.csv without quotes: no cell that is asked for here holds a comma.
records() { awk -F, '$3 == "record" { print $5, $6, $12, $14, $15, $16, $17, $19 }' one/H/data/index.csv; }
is "every change's records are there" "$(records | cut -d' ' -f3,5 | sort -u)" \
    "$(jq -r '(.observations[], (.signin.observation // empty)) | "\(.item) \(.offset)"' one/out/timeline.jsonl | sort -u)"
seen=0
while read -r file hash item record offset length json _; do
    [ -n "$file" ] && [ "$json" ] || continue
    dd if="one/sealed/CASE/$item" bs=1 skip="$offset" count="$length" status=none >bytes
    ok "$record is cut as it is" cmp bytes "one/H/$file"
    is "$record has its hash" "$(sha256sum <bytes | cut -c1-64)" "$hash"
    ok "$record is there as JSON" jq -e --arg r "$record" '.Id == $r' "one/H/$json"
    seen=$((seen + 1))
done < <(records | grep -v '^ ')
ok "there are some" test "$seen" -ge 2
is "the load file has as many rows" "$(grep -c . one/H/data/loadfile.dat)" "$(grep -c . one/H/data/index.csv)"
is "the load file is marked as UTF-8" "$(head -c 3 one/H/data/loadfile.dat | od -An -tx1)" ' ef bb bf'
is "its rows have twenty values" "$(tr -cd '\024\n' <one/H/data/loadfile.dat | awk '{ print length($0) }' | sort -u)" 19
is "its control numbers are those of the CSV" \
    "$(sed 's/^\xef\xbb\xbf//; s/^\xc3\xbe//; s/\xc3\xbe.*//' one/H/data/loadfile.dat)" "$(cut -d, -f1 one/H/data/index.csv)"
is "control numbers are there once" "$(cut -d, -f1 one/H/data/index.csv | sort | uniq -d)" ""
ok "no control character is in the lists" sh -c '! LC_ALL=C grep -q "$(printf "\342\200\256")" one/H/data/index.csv one/H/data/loadfile.dat'

# ---- what stays out ----
is "no message subject" "$(grep -rl 'merger' one/H)" ""
is "no sign-in of somebody else" "$(grep -rl 'somebody.else' one/H/data/extracts one/H/data/*.html)" ""
is "no file of the folder that is not ours" "$(grep -rl private one/H)" ""
is "no sealed archive" "$(find one/H -name CASE.zip)" ""
for what in 'items of evidence' 'records of the evidence' 'sign-ins' 'message subject' 'notes.txt'; do
    ok "methods.html names it: $what" sh -c 'sed -n "/id=.left-out/,\$p" one/H/data/methods.html | grep -q "$1"' - "$what"
done
status "with content" 0 package full --with-content
ok "it unpacks" unzip -q full/H.zip -d full
ok "the sealed archive is there" cmp full/CASE.zip full/H/data/case/CASE.zip
ok "and good" "$UNGRANT" verify full/H/data/case/CASE.zip
mkdir full/far && cp full/H.zip full/far/
status "the package alone is enough to check" 0 "$UNGRANT" verify full/far/H.zip
ok "which is said" said '^sealed case *good (data/case/CASE.zip in it has the SHA-256'
ok "by VERIFY.txt, too" sh -c 'cd full/H && sed -n "s/^    //p" VERIFY.txt | sh | grep -qx "data/case/CASE.zip: OK"'
ok "the record with the subject, too" grep -rq merger full/H/data/extracts
ok "and the other file" cmp full/scripts/notes.txt full/H/data/other/notes.txt
ok "nothing was left out" grep -q 'Nothing was left out' full/H/data/methods.html

# A change that shows a subject itself: the timeline goes in without it, the report does not.
mkdir mail && printf '{"CreationTime":"2022-03-09T08:41:17","Id":"00000009-52c4-4f0a-8e1d-08da01a2b3c4","Operation":"AddFolderPermissions","RecordType":2,"ResultStatus":"Succeeded","Workload":"Exchange","UserId":"ann@contoso.example","MailboxOwnerUPN":"ann@contoso.example","Item":{"Subject":"the merger","ParentFolder":{"Path":"\\\\Calendar","Name":"Calendar","MemberUpn":"eve@contoso.example","MemberRights":"ReadAny"}}}\n' >mail/mail.json
"$UNGRANT" collect mail -o mail.zip --case M --examiner M >/dev/null && "$UNGRANT" analyze mail.zip -o mailed >/dev/null 2>&1
ok "the analysis shows a subject" grep -q merger mailed/timeline.jsonl
status "it is packaged" 0 "$UNGRANT" package mail.zip mailed -o mailed.zip --selection <(jq -r .id mailed/timeline.jsonl)
ok "it unpacks" unzip -q mailed.zip
is "without the subject" "$(grep -rl merger mailed/data mailed/*.txt)" ""
ok "which is said" grep -q 'report of the analysis' mailed/data/methods.html
ok "the rest of the change is there" jq -e '.parameters["Item.ParentFolder.Name"] == ["Calendar"]' mailed/data/analysis/timeline.jsonl
ok "the package is good" "$UNGRANT" verify mailed.zip

# ---- a selection ----
id=$(jq -r 'select(.mailbox.written == "bob@contoso.example") | .id' one/out/timeline.jsonl)
echo "$id # the one for court" >selection
"$UNGRANT" package one/CASE.zip one/out -o some.zip --selection selection >/dev/null 2>&1
is "a selection takes its records only" \
    "$(unzip -p some.zip some/data/index.csv | awk -F, '$3 == "record" { print $19 }' | sort -u)" "$id"
echo c-999999 >selection
status "what is not there cannot be selected" 4 "$UNGRANT" package one/CASE.zip one/out -o x.zip --selection selection
ok "and is named" said 'c-999999 is no change'

# ---- the same bytes ----
for n in a b; do
    mkdir $n && cp one/CASE.* $n/
    "$UNGRANT" package $n/CASE.zip one/out one/plan.json one/scripts -o $n/H.zip --jobs $([ $n = a ] && echo 1 || echo 4) >/dev/null 2>&1
done
unset SOURCE_DATE_EPOCH
mkdir c && cp one/CASE.* c/ && cp chain2 c/ 2>/dev/null
"$UNGRANT" package c/CASE.zip one/out one/plan.json one/scripts -o c/H.zip >/dev/null 2>&1
ok "the same inputs give the same bytes, for any number of workers" cmp a/H.zip b/H.zip
ok "at any time" cmp a/H.zip c/H.zip

# ---- encrypted ----
echo 'correct horse' >password
status "a package is encrypted" 0 package locked --password-file password
ok "without a warning" sh -c '! grep -q without.--password-file status.err'
is "7z sees one name" "$(7z l -slt locked/H.zip | sed -n '/^-----/,$s/^Path = //p')" package.zip
ok "encrypted with AES-256" sh -c '7z l -slt locked/H.zip | grep -q "^Method = AES-256"'
is "no name of the case is in the file" "$(grep -c -a -e 'index.csv' -e 'CASE' locked/H.zip)" 0
ok "7z opens it with the password" 7z x -p'correct horse' -olocked/open locked/H.zip
ok "and only with it" sh -c '! 7z t -pwrong locked/H.zip'
status "what is inside is good, but for the sealed case that is elsewhere" 3 "$UNGRANT" verify locked/open/package.zip
cp locked/CASE.zip locked/open/
ok "and with that beside it, wholly" "$UNGRANT" verify locked/open/package.zip
echo short >password
status "a short password is refused" 4 "$UNGRANT" package one/CASE.zip one/out -o x.zip --password-file password

# ---- a signed chain inside is judged as beside the case ----
{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout s.key -out s.pem -days 9 -subj /CN=S \
        -addext keyUsage=digitalSignature -addext extendedKeyUsage=emailProtection
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout t.key -out t.pem -days 9 -subj /CN=T
} >>made.log 2>&1
mkdir hand && cp one/CASE.* hand/
"$UNGRANT" custody hand/CASE.zip --transfer --from Ann --to Bob --sign s.key --cert s.pem >>made.log 2>&1
status "a case with a signed link is packaged" 0 "$UNGRANT" package hand/CASE.zip one/out -o hand/H.zip --ca s.pem
status "with the authority its chain is good" 0 "$UNGRANT" verify hand/H.zip --ca s.pem
ok "and the signed link counted" said '^custody *good ([0-9]* links, 1 signed)'
status "without one it is not checked" 3 "$UNGRANT" verify hand/H.zip
ok "and that is said" said '^custody *not checked because no --ca FILE .* 1 signed'
status "with another authority it is bad" 4 "$UNGRANT" verify hand/H.zip --ca t.pem
ok "and the line named" said 'custody.jsonl, line [0-9]*: is a signature that does not hold'
unzip -q hand/H.zip -d hand && cp s.pem hand/AUTHORITY.pem
ok "VERIFY.txt's lines check it as well" sh -c 'cd hand/H && sed -n "s/^    //p" VERIFY.txt | sh 2>&1 | grep -qx "CMS Verification successful"'
# Every hash made to fit: links that speak of another archive than the one that the package names.
sed -i "s/^Case-Archive-SHA256: .*/Case-Archive-SHA256: $(sha256sum <one/H.zip | cut -c1-64)/" hand/H/bag-info.txt
(cd hand/H && sed -i "s/^.* bag-info.txt/$(sha256sum bag-info.txt)/" tagmanifest-sha256.txt)
status "a chain that is of another archive is bad" 4 "$UNGRANT" verify hand/H --ca s.pem
ok "and that is said" said 'custody.jsonl, line [0-9]*: was written when the archive was another'

# ---- what goes wrong ----
status "a package is never overwritten" 4 package one
ok "and that is said" said 'H.zip: exists already'
printf x >>broken/CASE.zip
status "a bad case is not packaged" 4 package broken
ok "and why" said 'its SHA-256 is not the one in the .sha256 beside it; a case that is not whole'
ok "nothing is left of it" sh -c '! ls broken | grep -q "^H"'
mkdir other && echo '{"b":1}' >other/x.json && "$UNGRANT" collect other -o other.zip --case O --examiner O --all >/dev/null
status "the analysis of another case is refused" 4 "$UNGRANT" package other.zip one/out -o x.zip
ok "and called so" said 'is not the analysis of other.zip'
status "a folder without an analysis is refused" 4 "$UNGRANT" package one/CASE.zip other -o x.zip
ok "and the file is named" said 'timeline.jsonl'
status "two paths are wanted" 2 "$UNGRANT" package one/CASE.zip -o x.zip
status "and an output" 2 "$UNGRANT" package one/CASE.zip one/out
ok "the help fits a screen" test "$("$UNGRANT" package --help | wc -l)" -le 24
status "a disk that is full is an error" 4 bash -c 'trap "" XFSZ; ulimit -f 40; "$0" package one/CASE.zip one/out -o full.zip --with-content' "$UNGRANT"
ok "and called so" said 'full.zip.partial: cannot write'
ok "nothing that looks complete is left" sh -c 'test ! -e full.zip && test ! -e full.zip.sha256'
is "and the case's chain does not speak of it" "$(grep -c 'full.zip' one/CASE.custody.jsonl)" 0
status "what is left stops no other run" 0 "$UNGRANT" package one/CASE.zip one/out -o full.zip

# ---- docs/court.md, word by word, on the demonstration's case ----
mkdir -p demo/build/tests/incident && ln -s "$UNGRANT" demo/build/ungrant && ln -s "$GENERATE" demo/build/tests/incident/generate
ok "the demonstration makes a case" env BUILD="$WORK/demo/build" bash "$ROOT/tests/demo.sh"
sed -n 's/^    //p' "$ROOT/docs/court.md" >demo/lines
ok "docs/court.md has lines to type" test "$(grep -c . demo/lines)" -ge 10
# The one program that asks: 7z, for the password.
(cd demo && echo 'correct horse battery' | PATH=$WORK/demo/build:$PATH sh -e lines) >court.out 2>court.err
is "all of them are obeyed" $? 0
ok "what was sent is what came" grep -qx 'HANDOVER.zip: OK' court.out
is "the checks find nothing" "$(grep -c -e FAILED -e WARNING court.out court.err | sed 's/.*://' | sort -u)" 0
cited=$(sed -n 's/.*sha256sum data.extracts.\(UG-[0-9]*\).*/\1/p' "$ROOT/docs/court.md")
row=$(grep "^$cited," demo/build/demo/HANDOVER/data/index.csv)
is "the exhibit has the hash that the index names, here and in the sealed archive" \
    "$(tail -n 2 court.out | cut -c1-64 | sort -u)" "$(echo "$row" | cut -d, -f6)"
ok "the page names its place" sh -c 'grep -q "offset $1, $2 bytes" "$3"' - "$(echo "$row" | cut -d, -f15)" \
    "$(echo "$row" | cut -d, -f16)" "$ROOT/docs/court.md"
# Every record of that case, whatever its format, against the sealed archive.
cat >compare.py <<'END'
import csv, hashlib, json, sys, zipfile
case = zipfile.ZipFile("CASE.zip")
items = {n.split("/", 1)[1]: case.read(n) for n in case.namelist()}
seen = {}
for r in csv.DictReader(open("HANDOVER/data/index.csv", encoding="utf-8", newline="")):
    if r["KIND"] != "record":
        continue
    data = open("HANDOVER/" + r["FILE_PATH"], "rb").read()
    at, n = int(r["OFFSET"]), int(r["LENGTH"])
    shown = json.load(open("HANDOVER/" + r["JSON_PATH"], encoding="utf-8"))
    if items[r["ITEM"]][at:at + n] != data or hashlib.sha256(data).hexdigest() != r["SHA256"]:
        print("not as it is:", r["CONTROL_NUMBER"])
    if shown["item"] != r["ITEM"] or shown["offset"] != at:
        print("another record in JSON:", r["CONTROL_NUMBER"])
    # MS-EVEN6: an event record begins with its mark and ends with its length.
    if r["ITEM"].endswith(".evtx") and (data[:4] != b"**\0\0" or data[-4:] != data[4:8]):
        print("not one event record:", r["CONTROL_NUMBER"])
    seen[r["TITLE"]] = seen.get(r["TITLE"], 0) + 1
print(" ".join(sorted(seen)))
END
is "every record is cut as it is, from each kind of log" "$(cd demo/build/demo && python3 "$WORK/compare.py")" \
    'history powershell-400 powershell-4100 powershell-4103 powershell-4104 powershell-800 security-4688 sign-in snapshot sysmon-1 transcript ual'
finish
