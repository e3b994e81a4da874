#!/bin/sh
# embed.sh FILE... - prints a C file that holds the bytes of the files (base/embedded.h).
set -eu
LC_ALL=C
export LC_ALL
echo '#include "base/embedded.h"'
i=0
for f in "$@"; do
    echo "static const unsigned char BYTES_$i[] = {"
    od -An -v -tx1 "$f" | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'
    echo "0};"
    i=$((i + 1))
done
echo 'const struct embedded EMBEDDED[] = {'
i=0
for f in "$@"; do
    echo "{\"$f\", {(const char *)BYTES_$i, sizeof BYTES_$i - 1}},"
    i=$((i + 1))
done
echo '{0, {0, 0}}};'
echo "const size_t EMBEDDED_COUNT = $i;"
