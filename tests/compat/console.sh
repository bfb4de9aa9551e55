#!/bin/sh
# compat_console gets what is typed, from a file and from a pipe.
. "$OOLONG_SOURCE/tests/system/lib.sh"

cat >suite.ini <<END
[suite]
name = compat

[task console]
program = compat_console
console = yes
profile = console
main = yes
END
check() {
    printf 'line: ab\nline: \nline: longer than the buffer\nline: q\n' |
        diff - out >&2 || fail "$1: $(cat out err)"
}
printf 'ab\n\nlonger than the buffer\nq\nrest' >typed
"$oolong" run suite.ini <typed >out 2>err || fail "from a file: $? $(cat err)"
check 'from a file'
cat typed | "$oolong" run suite.ini >out 2>err || fail "from a pipe: $? $(cat err)"
check 'from a pipe'
finish
