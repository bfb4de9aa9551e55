#!/bin/sh
# Several suites run at once, even from one suite file, and do not affect each other.
. "$OOLONG_SOURCE/tests/system/lib.sh"

jobs=""
for i in 1 2 3 4 5 6; do
    scenario=$([ $((i % 2)) = 0 ] && echo payload_sizes || echo async_ten_thousand_in_order)
    "$oolong" run "$here/scenario.ini" --set "scenario=$scenario" >"out.$i" 2>&1 </dev/null &
    jobs="$jobs $!:$i"
done
for job in $jobs; do
    wait "${job%:*}" || fail "suite ${job#*:}: $(cat "out.${job#*:}")"
done
finish
