#!/bin/sh
# The launcher restarts a task that always ends up to the limit of the suite file, then reports
# that.
. "$OOLONG_SOURCE/tests/system/lib.sh"

suite_with() { # LINES-OF-THE-SUITE LINES-OF-THE-TASK
    cat >suite.ini <<END
[suite]
$1
[task loops]
program = test_scenario
args = say loops 1 3
restart = on-failure
$2
[task stays]
program = test_log
args = server
serves = maker
END
}

# run LIMIT: waits until the launcher gives up, then checks that it restarted the task LIMIT times.
run() {
    : >err
    "$oolong" run suite.ini >out 2>err </dev/null &
    suite=$!
    await 20000 grep -q '^oolong: task loops is not started again' err ||
        fail "it is started again and again: $(cat err)"
    [ "$(grep -c '^\[loops\] loops says 1$' out)" = $(($1 + 1)) ] || fail "not $1 times: $(cat out err)"
    pid_of $suite test_log >pid || fail "the other task is not there"
    kill -TERM $suite
    wait $suite
    status=$?
    [ $status = 143 ] || fail "exit status $status"
}

suite_with '' ''
run 5
grep -q 'not started again after 5 restarts in 10 s (restart_limit)$' err || fail "$(cat err)"
suite_with 'restart_limit = 2 in 60' ''
run 2
suite_with 'restart_limit = 9' 'restart_limit = 1 in 60 s'
run 1

# If a vital task is not restarted, the suite ends.
suite_with 'restart_limit = 1' 'vital = yes
restart = always'
sed -i '/on-failure/d; s/3$/0/' suite.ini
expect 1 "$oolong" run suite.ini
grep -q 'vital task loops has failed: the suite ends' err || fail "$(cat err)"
finish
