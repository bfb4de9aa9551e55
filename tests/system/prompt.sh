#!/bin/sh
# The shell's prompt on a terminal: the user's input, the output of other tasks meanwhile, Ctrl-C,
# Ctrl-Z.
. "$OOLONG_SOURCE/tests/system/lib.sh"

mkdir -p tree/docs "tree/a folder"
echo text >tree/docs/one.txt
echo text >tree/docs/once.txt
echo text >"tree/a folder/x"
tar -cf tree.tar -C tree .
cat >suite.ini <<END
[task archivefs]
args = $PWD/tree.tar
file.archive = $PWD/tree.tar
serves = fs
profile = archive
[task loud]
program = $OOLONG_LIBEXEC/test_ordinary
args = listen
serves = b
restart = always
[task shell]
calls = archivefs
rights = quit launch destroy inspect
profile = console
console = yes
main = yes
END

tmux() {
    command tmux -S "$PWD/socket" "$@"
}
screen() {
    tmux capture-pane -p -t suite
}
shows() { # PATTERN OF A WHOLE LINE
    await 10000 sh -c "command tmux -S '$PWD/socket' capture-pane -p -t suite | grep -qx -- '$1'" ||
        { screen >&2; fail "the screen does not show \"$1\""; }
}
keys() {
    tmux send-keys -t suite "$@"
}

# The suite runs in a shell with job control, for Ctrl-Z.
SHELL=/bin/sh TERM=screen LC_ALL=C.UTF-8 tmux -f /dev/null new-session -d -s suite -x 100 -y 40 \
    "exec env PS1='sh: ' sh -i" || { echo "tmux does not start"; exit 77; }
shows 'sh: *'
keys "clear; '$oolong' run suite.ini" Enter
shows 'oolong> *'

keys 'ls /do' Tab
shows 'oolong> ls /docs/ *'
keys 'on' Tab Tab
shows 'once.txt  *one.txt *'
shows 'oolong> ls /docs/on *'
keys C-c # drops the line; the suite goes on
shows 'oolong> ls /docs/on^C *'
keys 'ls /a' Tab
shows 'oolong> ls /a\\ folder/ *'
keys Enter
shows '-rw.* x *'
keys 'wat' Tab 'archi' Tab
shows 'oolong> watch archivefs *'

# The output of other tasks does not mix with the input line.
kill -SEGV "$(pgrep -n -f '^loud listen')"
shows 'oolong: task loud .* was ended by signal 11 .*'
shows 'oolong: task loud is started again .*'
keys 'x'
shows 'oolong> watch archivefs *x *'

keys C-z
shows '.*Stopped.*'
keys 'fg' Enter
shows 'oolong> watch archivefs *x *'

# The report of a watched task's end does not either.
await 10000 pgrep -f '^loud listen' || fail "loud is not started again"
keys C-c 'watch loud' Enter
shows 'oolong> watch loud *'
shows 'oolong> *'
keys 'ls /do'
shows 'oolong> ls /do *'
kill -SEGV "$(pgrep -n -f '^loud listen')"
shows 'task [0-9]* (loud) ended.*'
shows 'oolong> ls /do *'
keys C-c 'quit' Enter
shows 'sh: *' # the prompt of the outer shell
tmux kill-server
finish
