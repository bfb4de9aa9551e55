#!/bin/sh
# SIGINT and SIGTERM end a suite in order, with the status that a shell gives; nothing is left.
. "$OOLONG_SOURCE/tests/system/lib.sh"

for case in INT:130 TERM:143 HUP:129; do
    start_still_life
    kill "-${case%:*}" "$suite"
    await 3000 are_gone $pids || {
        # Our own child is a zombie until we wait for it.
        left=$(for p in $pids; do [ "$p" = "$suite" ] || [ ! -e "/proc/$p" ] || echo "$p"; done)
        [ -z "$left" ] || fail "${case%:*} left processes: $left"
    }
    wait "$suite"
    status=$?
    [ "$status" = "${case#*:}" ] || fail "${case%:*}: exit status $status, not ${case#*:}"
    grep -q 'CHECK FAILED' still.out still.err && fail "$(cat still.out still.err)"
done

# Twice, at once: what has not ended is killed.
start_still_life
kill -TERM "$suite"
kill -TERM "$suite"
wait "$suite"
are_over || fail "two signals left processes"
finish
