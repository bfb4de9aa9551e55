#!/bin/sh
# SIGINT and SIGTERM end a suite in order. Its exit status is the one that shells use, and no
# process is left.
. "$OOLONG_SOURCE/tests/system/lib.sh"

for case in INT:130 TERM:143 HUP:129; do
    start_still_life
    kill "-${case%:*}" "$suite"
    await 3000 are_gone $pids || {
        # The launcher is our child, so it stays a zombie until we wait for it.
        left=$(for p in $pids; do [ "$p" = "$suite" ] || [ ! -e "/proc/$p" ] || echo "$p"; done)
        [ -z "$left" ] || fail "${case%:*} left processes: $left"
    }
    wait "$suite"
    status=$?
    [ "$status" = "${case#*:}" ] || fail "${case%:*}: exit status $status, not ${case#*:}"
    grep -q 'CHECK FAILED' still.out still.err && fail "$(cat still.out still.err)"
done

# Two signals in a row: the launcher kills the tasks that have not ended.
start_still_life
kill -TERM "$suite"
kill -TERM "$suite"
wait "$suite"
are_over || fail "two signals left processes"

# Signals that the parent ignored or blocked concern neither the launcher nor a task. With SIGCHLD
# ignored, the kernel would reap children unasked. Only SIGXFSZ is ignored everywhere, so that the
# system call returns an error.
signal_masks() {
    sed -nE 's/^Sig(Blk|Ign):\t/\1 /p' "/proc/$1/status"
}
masks=$(printf 'Blk 0000000000000000\nIgn 0000000001000000')
start_still_life --ignore-signal --block-signal
for pid in $(pgrep -P "$suite"); do
    [ "$(signal_masks "$pid")" = "$masks" ] ||
        fail "$(tr '\0' ' ' <"/proc/$pid/cmdline") got signals blocked or ignored: $(signal_masks "$pid")"
done
kill -HUP "$suite"
kill -TERM "$suite"
await 10000 are_over || {
    kill -KILL "$suite"
    die "a suite whose parent ignored and blocked all signals does not end"
}
wait "$suite"
status=$?
[ "$status" = 143 ] || fail "exit status $status, not 143: SIGHUP was ignored, and TERM not"

# The limit of a file's size is too low for the suite's shared memory.
(ulimit -f 2000 && "$oolong" run "$here/scenario.ini" --set scenario=still_life) >out 2>err </dev/null
status=$?
[ "$status" = 1 ] || fail "exit status $status, not 1, under ulimit -f"
grep -q '^oolong: .*1000 KiB (ulimit -f)$' err || fail "the limit is not named: $(cat err)"
finish
