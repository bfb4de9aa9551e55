#!/bin/sh
# The launcher reports a deadlock of eight tasks once, with all names. All tasks go on waiting.
. "$OOLONG_SOURCE/tests/system/lib.sh"
size=8

for i in $(seq $size); do
    next=$((i % size + 1))
    printf '[task r%d]\nprogram = test_ring\nargs = r%d r%d\nserves = r%d\ncalls = r%d\n' \
        "$i" "$i" $next "$i" $next
done >ring.ini
"$oolong" run ring.ini >out 2>err </dev/null &
suite=$!
await 10000 grep -q 'deadlock: ' err || die "no report: $(cat out err)"
report=$(grep 'deadlock: ' err)
for i in $(seq $size); do
    echo "$report" | grep -qE "\\br$i \([0-9]+\) calls r$((i % size + 1)) \([0-9]+\)" ||
        fail "task r$i is not in: $report"
done
echo "$report" | grep -q 'blk\.read' || fail "the message is not in: $report"
# After several more checks, the launcher has reported nothing else, and all tasks still wait.
end=$(($(date +%s) + 3))
is_later() { [ "$(date +%s)" -ge $end ]; }
await 5000 is_later
[ "$(grep -c 'deadlock: ' err)" = 1 ] || fail "not one report: $(cat err)"
[ "$(processes "$suite" | wc -l)" = $((size + 2)) ] || fail "some ended: $(cat err)"
grep -q 'went on' out && fail "somebody was let go on: $(cat out)"

# When one task ends, the calls of the others fail one after the other.
kill -KILL "$(pid_of "$suite" test_ring r3)"
is_unwound() { [ "$(grep -c 'it went on: ERR_ABORTED' out)" = $((size - 1)) ]; }
await 5000 is_unwound || fail "not all heard of it: $(cat out err)"
kill -TERM "$suite"
wait "$suite"
finish
