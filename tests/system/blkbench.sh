#!/bin/sh
# The load generator for disks: it measures every pattern, and checks the bytes that it reads.
. "$OOLONG_SOURCE/tests/system/lib.sh"

bench() {
    "$oolong" run "$OOLONG_SOURCE/suites/blkbench.ini" --set image=image --main "blkbench $*"
}

metric() {
    sed -n "s/.*\"key\": \"$1\", \"value\": \([0-9]*\)}/\1/p" out
}

# A busy disk may complete no request within a second, so the measurement is repeated with more
# time.
measure() {
    for seconds in 1 5 20; do
        expect 0 bench "$@" seconds=$seconds
        [ "$(metric iops)" = 0 ] || return
    done
}

head -c 8388608 /dev/zero >image
for pattern in randwrite randread read write; do
    measure rw=$pattern bs=8K depth=3
    [ "$(metric errors)" = 0 ] || fail "$pattern: errors: $(cat out)"
    [ "$(metric iops)" -gt 0 ] || fail "$pattern: nothing done: $(cat out)"
    [ "$(metric p50_ns)" -gt 0 ] && [ "$(metric p50_ns)" -le "$(metric p99_ns)" ] ||
        fail "$pattern: latencies: $(cat out)"
done
[ "$(od -An -tu8 -j $((512 * 16383)) -N 8 image | tr -d ' ')" = 16383 ] ||
    fail "the last sector does not hold its number"

# The generator notices sectors that it did not write.
expect 0 bench rw=randread seconds=1 layout=no
dd if=/dev/zero of=image bs=1M count=4 conv=notrunc 2>/dev/null
expect 1 bench rw=randread seconds=1 layout=no
[ "$(metric errors)" -gt 0 ] || fail "zeros were not noticed: $(cat out err)"

expect 2 bench rw=sideways
expect 2 bench depth=0
expect 2 bench layout=perhaps
expect 2 bench bs=100
expect 1 bench bs=16M depth=2
finish
