#!/bin/sh
# Calls of the launcher fail. The task that needed the call does not start, or ends with a reason.
# The other tasks go on.
. "$OOLONG_SOURCE/tests/system/lib.sh"
oolong=$1/bin/oolong
export OOLONG_FAIL_WHEN=fail

# A task does not start if the launcher cannot listen to it. The launcher's loop makes two
# epoll_ctl() calls first. Then vm and each other task take two calls each.
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
# The main task ends the suite, so here it is the second, which must start.
echo "epoll_ctl 99" >fail
sed -e '/^main = yes$/d' -e '/^args = say second/a main = yes' suite.ini >second.ini
expect 0 "$oolong" run second.ini
grep -q '^.second. second' out || fail "$(cat out err)"

# Without memory, the launcher ends the suite in order: it sends SIGTERM to the tasks, the youngest
# first. If its reserve is used up too, all tasks end at once.
for name in a b c; do
    printf '[task %s]\nprogram = test_absent_task\nargs = serve %s\nserves = %s\n' $name $name $name
done >suite.ini
# without_memory CALL: the launcher needs memory to report the end of the first task, and CALL
# fails.
without_memory() {
    : >err
    "$oolong" run suite.ini -vv >out 2>err </dev/null &
    suite=$!
    await 10000 sh -c '[ "$(grep -c "^oolong: task [abc] .* is ready$" err)" = 3 ]' ||
        die "it does not start: $(cat err)"
    pids=$(processes $suite)
    echo "$1" >fail
    first=$(pid_of $suite test_absent_task a) || die "$(cat err)"
    kill -KILL "$first"
    wait $suite
    status=$?
    [ $status = 1 ] || fail "$1: exit status $status"
    await 10000 are_over $pids || fail "$1: processes are left"
}
without_memory calloc
grep -q '^oolong: out of memory: cannot allocate [0-9]* bytes: the suite ends$' err ||
    fail "$(cat err)"
sed -nE 's/^oolong: task (.) .* was ended by signal 15 .*/\1/p' err | tr -d '\n' >order
[ "$(cat order)" = cb ] || fail "not in order: $(cat err)"
without_memory 'calloc 0 2'
grep -q '^oolong: out of memory: cannot allocate [0-9]* bytes$' err || fail "$(cat err)"
finish
