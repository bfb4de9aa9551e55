#!/bin/sh
# The test stops a caller while it receives a large answer. The server goes on with other clients,
# and the caller gets its answer after it continues.
. "$OOLONG_SOURCE/tests/system/lib.sh"

cat >suite.ini <<END
[task server]
program = test_stopped
args = server
serves = maker
[task large]
program = test_stopped
args = large
calls = server
[task small]
program = test_stopped
args = small
calls = server
END

count() { tail -n 400 out | sed -n "s/^\[$1\] $1 //p" | tail -n 1; }
is_past() { [ "$(count "$1")" -gt "$2" ]; }
: >out
"$oolong" run suite.ini >out 2>err </dev/null &
suite=$!
await 10000 is_past large 1 || die "the suite does not start: $(cat out err)"
await 10000 is_past small 1 || die "the suite does not start: $(cat out err)"
large=$(pid_of "$suite" test_stopped large)

# The client spends nearly all of its time on answers of 16 MiB. So a few stops hit each part of
# such an answer.
for i in 1 2 3 4 5 6 7 8 9 10; do
    kill -STOP "$large"
    await 5000 is_past small $(($(count small) + 500)) ||
        fail "stop $i: the server does not go on: $(tail -n 2 out err)"
    before=$(count large)
    kill -CONT "$large"
    await 10000 is_past large $((before + i % 3)) || fail "stop $i: the answer does not come: $(cat err)"
done
kill -TERM "$suite"
wait "$suite"
grep -q 'CHECK FAILED\|panic' out err && fail "$(grep 'CHECK FAILED\|panic' out err)"
finish
