#!/bin/sh
# Who reads what tasks say holds up nobody, however slow it is; what a program prints is not lost.
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

# Nobody reads standard error: the client is served all the same.
mkfifo fifo
for noisy in unknown unread 'lines 1000000'; do
    suite_with "$noisy" no >noisy.ini
    exec 7<>fifo # holds 64 KiB, and nothing is taken
    timeout -s KILL 60 "$oolong" run noisy.ini --main "$OOLONG_LIBEXEC/test_log client 300" \
        >out 2>fifo </dev/null
    status=$?
    [ $status = 0 ] && [ "$(cat out)" = done ] || fail "$noisy: exit status $status, $(cat out)"
    exec 7<&-
done

# left_out NAME WHICH FILE: how many lines of its log the launcher said were left out, in all. WHICH is
# the place of the number: 1 repeated, 2 unread.
left_out() {
    sed -nE "s/^oolong: the log of $1 .*: ([0-9]+) that repeat others, ([0-9]+) .*/\\$2/p" "$3" |
        awk '{ sum += $1 } END { print sum + 0 }'
}

# Of what repeats itself a few lines are there, and how many are not.
suite_with 'unknown 5000' yes >unknown.ini
expect 0 "$oolong" run unknown.ini
there=$(grep -c '^\[server\] warning: unknown message' out)
repeated=$(left_out server 1 err)
unread=$(left_out server 2 err)
[ $((there + repeated + unread)) = 5000 ] ||
    fail "of 5000 lines $there are there, $repeated repeated and $unread unread: $(tail -n 3 err)"
[ "$there" -ge 20 ] && [ "$there" -le 200 ] || fail "$there lines of the same kind are there"

# What differs is all there, when it is read.
suite_with 'lines 50000' yes >lines.ini
expect 0 "$oolong" run lines.ini
seq 50000 | sed 's/^/[noisy] line /' | cmp -s - out || fail "lines are not there: $(wc -l out) $(cat err)"

# read_late NAME: runs it with what is printed in a fifo that is read when `ready` is true; the text
# is in the file got.
read_late() {
    : >err # the last one's
    "$oolong" run -v "$1" >fifo 2>err </dev/null &
    suite=$!
    (await 20000 ready && exec cat) <fifo >got || fail "nothing is read"
    wait $suite
    status=$?
}

# When it is not read, it is there or counted.
ready() { grep -q '^oolong: task noisy .* ended' err; }
read_late lines.ini
there=$(grep -c '^\[noisy\] line ' got)
unread=$(left_out noisy 2 err)
[ $((there + unread)) = 50000 ] || fail "of 50000 lines $there are there and $unread unread: $(cat err)"
[ "$unread" -gt 0 ] || fail "all was written, and nobody read"

# What a program prints waits for who reads it: while the program runs,
expected_lines() { seq "$1" | sed 's/^/[noisy] line /'; }
ready() {
    printer=$(pid_of $suite test_log print) && [ "$(sed 's/.*) //; s/ .*//' "/proc/$printer/stat")" = S ]
}
suite_with 'print 200000' yes >print.ini
read_late print.ini
expected_lines 200000 | cmp -s - got || fail "what was printed is not there: $(tail -n 2 got) $(cat err)"
[ $status = 0 ] || fail "exit status $status"
# and when it has ended, for longer than anything else waits.
ready() { grep -q '^oolong: task noisy .* ended' err && sleep 2.5; }
suite_with 'print 8000' yes >print.ini
read_late print.ini
expected_lines 8000 | cmp -s - got || fail "the end is not there: $(tail -n 2 got) $(cat err)"

# A signal ends the waiting.
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
