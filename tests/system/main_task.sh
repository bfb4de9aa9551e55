#!/bin/sh
# --main: standard output and exit status of the command are those of the task. All other output is
# on standard error, with names in front.
. "$OOLONG_SOURCE/tests/system/lib.sh"

cat >suite.ini <<END
[suite]
name = talk

[task chatter]
program = $OOLONG_LIBEXEC/test_scenario
args = say chatter 1000 0

END
say() {
    "$oolong" run suite.ini --main "$OOLONG_LIBEXEC/test_scenario say $*"
}

expect 0 say me 3 0
printf 'me says 1\nme says 2\nme says 3\n' | diff - out >&2 || fail "its output is not the command's"
expect 7 say me 1 7
expect 42 say "'two words'" 1 42
printf 'two words says 1\n' | diff - out >&2 || fail "arguments are not kept"
expect 0 say me 100000 0
[ "$(wc -l <out)" = 100000 ] || fail "$(wc -l <out) lines of 100000"
grep -v '^me says ' out && fail "somebody else's output is in it"
grep -vE '^(\[chatter\] |\[me\] |oolong: )' err && fail "lines without a name"

# Without --main, everything is on standard output with names.
printf '[task me]\nprogram = %s/test_scenario\nargs = say me 2 5\nmain = yes\n' "$OOLONG_LIBEXEC" \
    >main.ini
expect 5 "$oolong" run main.ini
grep -q '^\[me\] me says 2$' out || fail "no name in front: $(cat out err)"

# The main task ends by a signal, or its program does not exist.
expect 132 say crash 1 -1
expect 1 "$oolong" run suite.ini --main no-such-program
grep -q 'no-such-program' err || fail "what is not there is not named: $(cat err)"

# The launcher reports what this machine cannot run before it starts a task.
printf '[task me]\nprogram = %s/test_scenario\ncpu = 1023\n' "$OOLONG_LIBEXEC" >far.ini
expect 1 "$oolong" check far.ini
grep -q '^far.ini:1: error: \[task me\] cpu = 1023' err || fail "a core that is not there: $(cat err)"
for n in $(seq 511); do
    printf '[task t%d]\nprogram = %s/test_scenario\n' "$n" "$OOLONG_LIBEXEC"
done >many.ini
expect 1 "$oolong" check many.ini
grep -q '^many.ini: error: 511 tasks: a suite has 510 at most' err || fail "many tasks: $(cat err)"
sed '$d' many.ini | sed '$d' >most.ini
expect 0 "$oolong" check most.ini

# A suite without tasks goes on until a signal ends it. The launcher reports that no task is left.
"$oolong" run suite.ini >out 2>err &
suite=$!
await 10000 grep -q 'no task is left' err || fail "nothing is said of a suite without tasks: $(cat err)"
kill -TERM $suite
wait $suite
[ $? = 143 ] || fail "a suite without tasks does not end"

# Output that cannot be written is a failure.
status=0
"$oolong" profiles >/dev/full 2>err || status=$?
[ $status = 1 ] && grep -q '^oolong: standard output: ' err || fail "a full device: $status, $(cat err)"
finish
