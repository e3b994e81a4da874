#!/bin/sh
# quiet-cmocka.sh - of a cmocka run, the summary and whatever is not "[ RUN ]" or "[ OK ]"; fails when a
# test failed or when the run did not reach its summary.
out=$(cat)
printf '%s\n' "$out" | grep -v -e '^\[ RUN ' -e '^\[       OK' -e '^\[==========\] Running'
case $out in
*"FAILED TEST(S)"*) exit 1 ;;
*"[  PASSED  ]"*) exit 0 ;;
*) echo "the test program ended without a summary"; exit 1 ;;
esac
