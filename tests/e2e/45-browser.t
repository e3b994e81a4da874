#!/bin/bash
# The report in a real browser: shown as meant, our own script runs under its policy, hostile names stay text.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
    if [ "${CI:-}" = true ]; then
        ok "NOT PROVEN: the report in a browser needs chromium" false
    else
        skip "the report in a browser" "NOT PROVEN: chromium is not installed"
    fi
    finish
    exit
fi
evil="</script><img src=x onerror=\\\"document.title='pwned'\\\"><b>x</b>\u202e'=cmd"
for i in 1 2 3; do
    printf '{"CreationTime":"2022-03-09T08:4%d:17","Id":"0000000%d-52c4-4f0a-8e1d-08da01a2b3c4","Operation":"Add-MailboxPermission","RecordType":1,"ResultStatus":"True","Workload":"Exchange","UserId":"%s","ObjectId":"m%d","Parameters":[{"Name":"Identity","Value":"%s"},{"Name":"User","Value":"%s"},{"Name":"AccessRights","Value":"FullAccess"}]}\n' \
        $i $i "$evil" $i "$evil" "$evil"
done >hostile.json
"$UNGRANT" analyze hostile.json -o out >/dev/null 2>&1
see() { # see ARGS...: the browser, with no profile, no network of its own
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-background-networking --disable-sync \
        --no-first-run --disable-component-update --user-data-dir="$WORK/profile" "$@" 2>browser.log
}
see --dump-dom "file://$WORK/out/report.html" >dom.html
ok "the browser shows the report" grep -q 'What could not be seen' dom.html
ok "our own script ran under the page's policy" grep -qE '[0-9]+ lines' dom.html
is "a hostile name made no element" "$(grep -c '<img' dom.html)" 0
is "a hostile name ran no script" "$(grep -c '<title>pwned' dom.html)" 0
ok "the hostile name is there as text" grep -q '&lt;img src=x' dom.html
ok "a bidirectional control is shown, not obeyed" sh -c "! grep -q \"\$(printf '\\342\\200\\256')\" dom.html"
see --window-size=1200,1600 --screenshot="$WORK/report.png" "file://$WORK/out/report.html" >/dev/null
ok "the page has a picture" sh -c 'test $(wc -c <report.png) -gt 20000'

# ---- the page of a plan ----
sed 's/"Value":"<[^{]*"}/"Value":"ann@contoso.example"}/; s/"Name":"User","Value":"[^{]*"},{/"Name":"User","Value":"eve@contoso.example"},{/' hostile.json >plain.json
"$UNGRANT" analyze plain.json hostile.json -o both >/dev/null 2>&1
"$UNGRANT" plan both -o plan.json --html review.html >/dev/null
see --dump-dom "file://$WORK/review.html" >review-dom.html
ok "the browser shows the review" grep -q '<legend>' review-dom.html
ok "its own script ran under the page's policy" grep -qE '0 of [0-9]+ decided' review-dom.html
is "a hostile name made no element there" "$(grep -c '<img' review-dom.html)" 0
is "a hostile name ran no script there" "$(grep -c '<title>pwned' review-dom.html)" 0
# ---- the printed forms of a package ----
"$UNGRANT" collect hostile.json plain.json -o CASE.zip --case B --examiner "$evil" --organization B >/dev/null
"$UNGRANT" analyze CASE.zip -o sealed >/dev/null
"$UNGRANT" package CASE.zip sealed -o H.zip >/dev/null 2>&1
unzip -q H.zip
for form in certification-902-13 certification-902-14 custody-form methods index; do
    see --no-pdf-header-footer --print-to-pdf="$WORK/$form.pdf" "file://$WORK/H/data/$form.html" >/dev/null
    pdftotext -bbox "$form.pdf" words.html
    # A word outside of the paper's margins is cut off by the printer; a page without a word is an empty frame.
    is "$form: every page has words, all of them on the paper" "$(awk -F'"' '
        function end() { if (page && !words) print "page " page " is empty" }
        /<page/ { end(); page++; width = $2; height = $4; words = 0 }
        /<word/ { words++; if ($2 < 36 || $4 < 36 || $6 > width - 36 || $8 > height - 36) print "page " page ": " $0 }
        END { end(); if (!page) print "no page" }' words.html)" ""
done
for form in certification-902-13 certification-902-14 custody-form methods; do
    ok "$form: it is a draft on paper, too" sh -c 'pdftotext "$1.pdf" - | grep -q "DRAFT: to be read and signed"' - $form
done
ok "a certification of a small case has at most four pages" sh -c 'for n in 13 14; do p=$(pdfinfo certification-902-$n.pdf | sed -n "s/^Pages: *//p"); [ $p -ge 1 ] && [ $p -le 4 ] || exit 1; done'
finish
