#!/bin/bash
# lint-one.sh FILE.c FLAGS... - clang-tidy over one file; says nothing when it has nothing to say.
file=$1
shift
out=$(clang-tidy --quiet "$file" -- "$@" 2>&1) || {
    printf '%s\n' "$out"
    exit 1
}
