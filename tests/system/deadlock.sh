#!/bin/sh
# The launcher reports a deadlock once, with the names of tasks and messages. All tasks go on
# waiting:
#   deadlock.sh SCENARIO
. "$OOLONG_SOURCE/tests/system/lib.sh"

case $1 in
deadlock_of_two) tasks="a d" ;;
deadlock_of_three) tasks="a b d" ;;
*) tasks="a b c d" ;;
esac

expect 0 "$oolong" run "$here/scenario.ini" --set "scenario=$1"
reports=$(grep -c 'deadlock: ' err)
[ "$reports" = 1 ] || fail "$reports reports instead of one: $(cat err)"
report=$(grep 'deadlock: ' err)
for task in $tasks; do
    echo "$report" | grep -qE "\\b$task \([0-9]+\) (calls|sends to) [a-d] \([0-9]+\)" ||
        fail "task $task is not in: $report"
done
echo "$report" | grep -q 'blk\.read' || fail "the message is not in: $report"
[ "$1" != deadlock_of_three ] || echo "$report" | grep -q 'with tcpip\.closed' ||
    fail "the message of the send is not in: $report"
grep -q 'CHECK FAILED' out err && fail "$(cat out err)"
finish
