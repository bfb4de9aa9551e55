#!/bin/sh
# kill -9 of each process. If vm or the launcher is killed, no process is left after a second. If a
# task is killed, the others go on, and the tasks that waited for it get an error.
. "$OOLONG_SOURCE/tests/system/lib.sh"

start_still_life
kill -9 "$(pid_of "$suite" vm)"
await 1000 are_gone $(echo "$pids" | grep -vx "$suite") ||
    fail "vm was killed, and after a second there is still: $(ps -o pid,stat,args -p "$(echo $pids)")"
wait "$suite"
status=$?
[ "$status" != 0 ] || fail "vm was killed, and the exit status is 0"
grep -q 'vm' still.err || fail "vm was killed, and nobody says so: $(cat still.err)"

start_still_life
kill -9 "$suite"
wait "$suite" 2>/dev/null
await 1000 are_over ||
    fail "the launcher was killed, and after a second there is still: $(ps -o pid,stat,args -p "$(echo $pids)")"

# b waits for c.
start_still_life
victim=$(pid_of "$suite" test_scenario c)
kill -9 "$victim"
await 1000 are_gone "$victim" || fail "c was killed, and is a zombie"
await 1000 grep -q 'b: ERR_ABORTED' still.out still.err || fail "b was not told: $(cat still.out still.err)"
# main waits for d, and a waits for main.
victim=$(pid_of "$suite" test_scenario d)
kill -9 "$victim"
await 1000 are_gone "$victim" || fail "d was killed, and is a zombie"
await 1000 grep -q 'main: ERR_ABORTED' still.out still.err ||
    fail "main was not told: $(cat still.out still.err)"
[ "$(processes "$suite" | wc -l)" = 5 ] || fail "others ended too: $(processes "$suite")"
grep -q 'task c .*SIGKILL' still.err || fail "the death of c is not reported: $(cat still.err)"
end_still_life
[ "$status" = 143 ] || fail "exit status $status at the end"
are_over || fail "something is left"
grep -q 'CHECK FAILED' still.out still.err && fail "$(cat still.out still.err)"
finish
