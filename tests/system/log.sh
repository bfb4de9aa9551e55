#!/bin/sh
# A slow reader of the suite's output delays no task. The output of a program is never lost.
. "$OOLONG_SOURCE/tests/system/lib.sh"

suite_with() { # ARGUMENTS MAIN
    cat <<END
[suite]
transport = ${OOLONG_TRANSPORT:-auto}
[task server]
program = test_log
args = server
serves = maker
[task noisy]
program = test_log
args = $1
calls = server
main = $2
END
}

# The test does not read standard error. The client is served nevertheless.
mkfifo fifo
for noisy in unknown unread 'lines 1000000'; do
    suite_with "$noisy" no >noisy.ini
    exec 7<>fifo # the fifo holds 64 KiB, and stays full
    timeout -s KILL 60 "$oolong" run noisy.ini --main "$OOLONG_LIBEXEC/test_log client 300" \
        >out 2>fifo </dev/null
    status=$?
    [ $status = 0 ] && [ "$(cat out)" = done ] || fail "$noisy: exit status $status, $(cat out)"
    exec 7<&-
done

# left_out NAME WHICH FILE: adds up how many log lines of a task the launcher reported as left out.
# WHICH is the place of the number: 1 repeated, 2 unread.
left_out() {
    sed -nE "s/^oolong: the log of $1 .*: ([0-9]+) that repeat others, ([0-9]+) .*/\\$2/p" "$3" |
        awk '{ sum += $1 } END { print sum + 0 }'
}

# The launcher prints a few of many equal lines, and the number of the others.
suite_with 'unknown 5000' yes >unknown.ini
expect 0 "$oolong" run unknown.ini
there=$(grep -c '^\[server\] warning: unknown message' out)
repeated=$(left_out server 1 err)
unread=$(left_out server 2 err)
[ $((there + repeated + unread)) = 5000 ] ||
    fail "of 5000 lines $there are there, $repeated repeated and $unread unread: $(tail -n 3 err)"
[ "$there" -ge 20 ] && [ "$there" -le 200 ] || fail "$there lines of the same kind are there"

# The launcher prints all lines that differ, if its output is read.
suite_with 'lines 50000' yes >lines.ini
expect 0 "$oolong" run lines.ini
seq 50000 | sed 's/^/[noisy] line /' | cmp -s - out || fail "lines are not there: $(wc -l out) $(cat err)"

# read_late NAME: runs the suite with standard output in a fifo, which is read once `ready` is true.
# The file got has the text.
read_late() {
    : >err # an earlier run may have left lines here
    "$oolong" run -v "$1" >fifo 2>err </dev/null &
    suite=$!
    (await 20000 ready && exec cat) <fifo >got || fail "nothing is read"
    wait $suite
    status=$?
}

# If the output is not read, each log line is either printed later or counted as left out.
ready() { grep -q '^oolong: task noisy .* ended' err; }
read_late lines.ini
there=$(grep -c '^\[noisy\] line ' got)
unread=$(left_out noisy 2 err)
[ $((there + unread)) = 50000 ] || fail "of 50000 lines $there are there and $unread unread: $(cat err)"
[ "$unread" -gt 0 ] || fail "all was written, and nobody read"

# The output of a program waits for its reader: while the program runs,
expected_lines() { seq "$1" | sed 's/^/[noisy] line /'; }
ready() {
    printer=$(pid_of $suite test_log print) && [ "$(sed 's/.*) //; s/ .*//' "/proc/$printer/stat")" = S ]
}
suite_with 'print 200000' yes >print.ini
read_late print.ini
expected_lines 200000 | cmp -s - got || fail "what was printed is not there: $(tail -n 2 got) $(cat err)"
[ $status = 0 ] || fail "exit status $status"
# and after the program has ended, longer than any other wait of the launcher.
ready() { grep -q '^oolong: task noisy .* ended' err && sleep 2.5; }
suite_with 'print 8000' yes >print.ini
read_late print.ini
expected_lines 8000 | cmp -s - got || fail "the end is not there: $(tail -n 2 got) $(cat err)"

# A signal ends that wait.
: >err
exec 7<>fifo
"$oolong" run -v print.ini >fifo 2>err </dev/null &
suite=$!
await 20000 grep -q '^oolong: task noisy .* ended' err || fail "it does not end its tasks"
kill -TERM $suite
await 5000 are_over $suite || {
    kill -KILL $suite
    fail "SIGTERM does not end a suite whose output nobody reads"
}
finish
