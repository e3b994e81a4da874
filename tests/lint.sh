#!/bin/bash
# lint.sh FILE.c... - static analysis: gcc -fanalyzer, clang with the same warnings, clang-tidy, cppcheck,
# clang-format. Every tool must be silent. Environment: CPPFLAGS, BUILD, JOBS.
set -u
std="-std=c17 $CPPFLAGS $(pkg-config --cflags yara libxml-2.0 libarchive libcjson libcrypto)"
warn='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror'
failed=0
step() {
    local name=$1
    shift
    if out=$("$@" 2>&1); then
        echo "lint: $name: clean"
    else
        failed=1
        echo "lint: $name:"
        printf '%s\n' "$out" | head -n 60
    fi
}
each() { # each COMMAND...: once per file, JOBS at a time; quiet unless it fails
    printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "${JOBS:-2}" "$@"
}
files=("$@")
eval "flags=($std)"
step 'clang warnings' each clang "${flags[@]}" $warn -Wno-gnu-folding-constant -fsyntax-only
step 'gcc -fanalyzer' each gcc "${flags[@]}" $warn -O1 -fanalyzer -c -o /dev/null
tidy() {
    printf '%s\0' "${files[@]}" | xargs -0 -I FILE -P "${JOBS:-2}" tests/lint-one.sh FILE "${flags[@]}"
}
step 'clang-tidy' tidy
step 'cppcheck' cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
    --suppress=missingIncludeSystem --suppress=unknownMacro -j "${JOBS:-2}" "${flags[@]:1}" "${files[@]}"
step 'clang-format' clang-format --dry-run -Werror $(git ls-files '*.c' '*.h')
[ $failed -eq 0 ] && echo "lint: ${#files[@]} files clean"
exit $failed
