#!/bin/sh
# The load generator of disks: every pattern is measured, and what is read is checked.
. "$OOLONG_SOURCE/tests/system/lib.sh"

bench() {
    "$oolong" run "$OOLONG_SOURCE/suites/blkbench.ini" --set image=image --main "blkbench $*"
}

metric() {
    sed -n "s/.*\"key\": \"$1\", \"value\": \([0-9]*\)}/\1/p" out
}

truncate -s 8M image
for pattern in randwrite randread read write; do
    expect 0 bench rw=$pattern bs=8K depth=3 seconds=1
    [ "$(metric errors)" = 0 ] || fail "$pattern: errors: $(cat out)"
    [ "$(metric iops)" -gt 10 ] || fail "$pattern: nothing done: $(cat out)"
    [ "$(metric p50_ns)" -gt 0 ] && [ "$(metric p50_ns)" -le "$(metric p99_ns)" ] ||
        fail "$pattern: latencies: $(cat out)"
done
[ "$(od -An -tu8 -j $((512 * 16383)) -N 8 image | tr -d ' ')" = 16383 ] ||
    fail "the last sector does not hold its number"

# Contents that nobody wrote are found.
"$oolong" run "$OOLONG_SOURCE/suites/blkbench.ini" --set image=image \
    --main 'blkbench rw=randread seconds=3' >out 2>err </dev/null &
bench=$!
await 10000 sh -c "pgrep -P $bench -x blkbench | wc -l | grep -qx 2" || fail "no client starts"
dd if=/dev/zero of=image bs=1M count=8 conv=notrunc 2>/dev/null
wait $bench
[ $? = 1 ] && [ "$(metric errors)" -gt 0 ] || fail "zeros were not noticed: $(cat out err)"

expect 2 bench rw=sideways
expect 2 bench depth=0
expect 2 bench bs=100
expect 1 bench bs=16M depth=2
finish
