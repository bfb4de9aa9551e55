#!/bin/sh
# `oolong check` finds the same errors as `oolong run`. Both print all errors before they start a
# task. Their output contains no escape sequences for the terminal.
. "$OOLONG_SOURCE/tests/system/lib.sh"

suite() { # TEXT OF THE TASK
    printf '[task me]\nprogram = %s/test_scenario\nargs = say me 1 0\nmain = yes\n%s\n' \
        "$OOLONG_LIBEXEC" "$1" >suite.ini
}

# refused PATTERN OPTIONS...: both commands fail with the same words, which match the pattern.
refused() {
    pattern=$1
    shift
    expect 1 timeout -s KILL 20 "$oolong" check suite.ini "$@"
    mv err check.err
    expect 1 timeout -s KILL 20 "$oolong" run suite.ini "$@"
    diff check.err err >&2 || fail "check and run differ: $*"
    grep -q "$pattern" err || fail "not \"$pattern\", but: $(cat err)"
    ! grep -q '^\[me\]' out || fail "something was started: $*"
}

suite ''
expect 0 "$oolong" check suite.ini
grep -qx 'suite.ini: 1 task, no errors' out || fail "a good suite: $(cat out)"
expect 0 "$oolong" run suite.ini
refused '^suite.ini: error: --main: nobody is not a task of suite.ini, .*No such file' --main nobody
refused '^suite.ini: error: --main: a/b/c is not a task .*(a/b/c: No such file.*)$' --main a/b/c
: >not-a-program
refused '^suite.ini: error: --main: ./not-a-program .*not executable' --main ./not-a-program
refused '^suite.ini: error: --gdb: there is no task nobody' --gdb nobody
refused '^suite.ini: error: --gdb' --main a/b/c --gdb nobody

printf '[task gone if KEY]\n' >>suite.ini
expect 0 "$oolong" check suite.ini
refused 'main: .task gone. is left out' --main gone

# A FIFO may or may not have a process at its other end. Opening the FIFO must not wait, and must
# not read what it holds.
mkfifo fifo
suite 'file.x = fifo'
refused '^suite.ini:5: error: task me: cannot open fifo: it is a FIFO'
suite 'file.x = fifo rw'
refused '^suite.ini:5: error: task me: cannot open fifo: it is a FIFO'
suite 'file.x = ${x}'
refused '^suite.ini:5: error: task me: cannot open fifo: it is a FIFO' --set x=fifo

# Both commands report all errors in one run, in the order of the lines.
suite 'file.x = absent
mount.y = absent/folder
colour = red
[task other]
[task third]
program = ${unset}'
refused '^suite.ini: error: --main: nobody' --main nobody --gdb me
sed 's/: error:.*//' err | tr '\n' ' ' >lines
[ "$(cat lines)" = 'suite.ini suite.ini:5 suite.ini:6 suite.ini:7 suite.ini:8 suite.ini:10 ' ] ||
    fail "not each error once: $(cat err)"

# Escape sequences from options and from the suite file.
suite 'profile = ${x}'
refused '^suite.ini:5: error: profile = ?\[31mred?: must be one of' --set "x=$(printf '\033[31mred\233')"
refused '^suite.ini: error: --main: ?\[31m is neither a task of' --set x=plain --main "$(printf '\033[31m')"

# The suite file is a folder, endless, or empty.
expect 1 "$oolong" check .
grep -q '^\.: error: Is a directory' err || fail "a folder: $(cat err)"
expect 1 "$oolong" check /dev/zero
grep -q 'larger than' err || fail "an endless file: $(cat err)"
expect 1 "$oolong" check /dev/null
grep -q 'the file is empty' err || fail "an empty file: $(cat err)"
finish
