#!/bin/sh
# --main: the task's standard output and exit status are the command's; all else is on standard
# error, with names in front.
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

# It ends by a signal, cannot be started, or is not there.
expect 132 say crash 1 -1
expect 1 "$oolong" run suite.ini --main no-such-program
grep -q 'no-such-program' err || fail "what is not there is not named: $(cat err)"
finish
