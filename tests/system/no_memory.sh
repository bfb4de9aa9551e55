#!/bin/sh
# A task does not start if it has no memory for the list of its files.
. "$OOLONG_SOURCE/tests/system/lib.sh"

suite_with() { # NUMBER-OF-FILES
    printf '[task me]\nprogram = test_no_memory\nmain = yes\n'
    seq -f 'file.f%g = /dev/null' 0 $(($1 - 1))
}

suite_with 22 >suite.ini
expect 0 "$oolong" run suite.ini
grep -q '^\[me\] started with file 0 as [0-9]' out || fail "$(cat out err)"
suite_with 23 >suite.ini
expect 1 "$oolong" run suite.ini
grep -q 'not enough memory for its files' out || fail "$(cat out err)"
grep -q 'started with' out && fail "it starts: $(cat out)"
finish
