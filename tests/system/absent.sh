#!/bin/sh
# The launcher reports once that a task waits for a name that cannot come, and why.
. "$OOLONG_SOURCE/tests/system/lib.sh"

for case in "gone|no running task may serve (not running: server)" \
    "never|no task of the suite may serve"; do
    name=${case%%|*}
    expect 0 "$oolong" run "$here/absent.ini" --set "name=$name"
    echo "[client] $name: ERR_TIMEOUT" | diff - out >&2 || fail "another output: $(cat out err)"
    [ "$(grep -c 'waits for' err)" = 1 ] || fail "not reported once: $(cat err)"
    grep -qF ") waits for '$name', which ${case#*|}" err || fail "another report: $(cat err)"
done

# Another task ends the server while a client looks its name up. The launcher reports that once,
# however often the client tries.
expect 0 "$oolong" run "$here/absent_killed.ini"
echo "[watcher] looks up gone (absent)" | diff - out >&2 || fail "another output: $(cat out err)"
[ "$(grep -c "waits for 'gone', which no running task may serve (not running: server)" err)" = 1 ] ||
    fail "not reported once: $(cat err)"
finish
