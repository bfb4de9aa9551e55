#!/bin/sh
# Calls of the launcher that fail: the one task does not start, or ends with a reason, and the others
# go on.
. "$OOLONG_SOURCE/tests/system/lib.sh"
oolong=$1/bin/oolong
export OOLONG_FAIL_WHEN=fail

# A task that the launcher could not hear is not started. vm takes two epoll_ctl() calls after the
# loop's own two, each other task too.
cat >suite.ini <<END
[task first]
program = test_scenario
args = say first 1 0
[task second]
program = test_scenario
args = say second 1 0
[task last]
program = test_scenario
args = say last 1 0
main = yes
END
for call in 6 7; do
    echo "epoll_ctl $call" >fail
    expect 1 timeout -s KILL 20 "$oolong" run suite.ini
    grep -q '^oolong: task second: cannot prepare it: Cannot allocate memory$' err ||
        fail "call $call: $(cat out err)"
    grep -q '^.second. second' out && fail "call $call: it was started"
done
echo "epoll_ctl 99" >fail
expect 0 "$oolong" run suite.ini
grep -q '^.second. second' out || fail "$(cat out err)"
finish
