#!/bin/bash
# Each file of evidence that we did not write is recognised for what it is, by content: the table says which
# reader takes it (a pattern, the reader, how many files, how many records of them).
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
if [ ! -d "$SHARED_DATA" ]; then
    skip "evidence that we did not write" "../shared/data is not here"
    finish
    exit
fi
# Under names that say nothing.
names=$(find -L "$SHARED_DATA" -type f | LC_ALL=C sort)
n=0
mkdir all
while IFS= read -r file; do
    n=$((n + 1))
    cp "$file" "all/$n"
    printf '%s\t%s\n' "$n" "${file#"$SHARED_DATA"/}" >>names
done <<<"$names"
"$UNGRANT" analyze all -o out >log 2>&1
is "some of it is damaged, and that is said" $? 3
/usr/bin/python3 - >found <<'PY'
import json

names = dict(line.rstrip("\n").split("\t") for line in open("names"))
for item in json.load(open("out/coverage.json"))["items"]:
    parts = item["item"].split("/")
    print(names[parts[1]], *parts[2:], sep="/", end="\t")
    print(item["reader"] or "-", item["records"], sep="\t")
PY
while read -r pattern reader files records; do
    is "$pattern: $reader" "$(awk -F'\t' -v p="^$pattern" -v r="$reader" '$1 ~ p && $2 == r { n++; sum += $3; print $1 >"taken" }
        END { print n + 0, sum + 0 }' found && { [ ! -f taken ] || { cat taken >>all-taken; rm taken; }; })" "$files $records"
done <<'END'
evtx/[^.]*/.*[.]evtx$ evtx 134 32836
exchange/Get.*[.]xml$ snapshot-clixml 1 1
exchange/audit20230111-1[.]LOG$ exchange-log 1 1
exchange/proxylogon.*[.]json$ windows-json 1 10487
signin/AADAuditEvents.*json$ entra-json 1 4
signin/(Microsoft365Defender|OfficeActivity)Events.*json$ ual-json 2 10
signin/WindowsEvents.*json$ windows-json 1 38
transcripts/.*txt$ transcript 1 1
ual/.*[.]csv$ ual-csv 20 1380
ual/.*[.]jsonl?$ ual-json 16 69
END
is "and nothing else is taken for evidence" "$(cut -f1,2 found | awk -F'\t' '$2 == "-" { print $1 }' | LC_ALL=C sort)" "CATALOG.md
cmdlets.tsv
evtx/go-evtx/LICENSE
evtx/plaso/LICENSE
evtx/python-evtx/LICENSE.TXT
evtx/rust-evtx/LICENSE-MIT
evtx/windows-attacks/LICENSE.md
exchange/ExchangeSetup_Failed_Mount_Database.log
exchange/GetIrmConfiguration.xml
exchange/LICENSE-CSS-Exchange
signin/LICENSE-Security-Datasets
ual/LICENSE-det-eng-samples
ual/LICENSE-msticpy"
is "every file is in one of these rows" "$(LC_ALL=C sort all-taken | uniq | wc -l)" "$(awk -F'\t' '$2 != "-"' found | wc -l)"
is "text of a script in a setup log grants nothing" "$(jq -r '.observations[].item' out/timeline.jsonl | sort -u |
    grep -c "/$(awk -F'\t' '/ExchangeSetup_Failed/ { print $1 }' names)\$")" 0
finish
