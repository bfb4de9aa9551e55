#!/bin/sh
# Command lines for compat_cmdline: correct ones, and wrong ones with their error messages.
. "$OOLONG_SOURCE/tests/system/lib.sh"

printf '[suite]\nname = compat\n' >suite.ini
run() {
    expect "$1" "$oolong" run suite.ini --main "compat_cmdline $2"
}
prints() {
    run 0 "$1"
    [ "$(cat out)" = "$2" ] || fail "$1: prints $(cat out)"
}
ends() {
    run 1 "$1"
    grep -q "$2" err || fail "$1: says $(cat err)"
    [ ! -s out ] || fail "$1: goes on"
}
prints 'http-get http://10.0.0.1/' 'get http://10.0.0.1/'
prints "fs-read '/two words'" "read '/two words', as it is"
prints 'fs-read /x raw' "read '/x', raw"
ends 'http-get' 'the argument <url> is missing'
ends 'http-get a b' 'too many arguments: "b"'
ends 'fetch a' 'no such command: "fetch"'
ends '' 'the command is missing'
ends '' 'usage: fs-read <path> \[mode\]'
finish
