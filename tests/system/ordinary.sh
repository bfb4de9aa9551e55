#!/bin/sh
# Calls that most C programs make work in a plain task, or the report of the task's end names the
# cause and an alternative. The launcher allows core files only if the user asked for them.
. "$OOLONG_SOURCE/tests/system/lib.sh"

echo '[suite]' >suite.ini
# ends STATUS WHAT PATTERN...: checks the exit status, and looks for each pattern in the output.
ends() {
    wanted=$1 what=$2
    shift 2
    expect "$wanted" "$oolong" run suite.ini --main "test_ordinary $what"
    for pattern; do
        grep -qE "$pattern" err || fail "$what: no \"$pattern\" in: $(cat err)"
    done
}

ulimit -c 0
ends 0 qsort
grep -q '^qsort done' out || fail "qsort: $(cat out err)"
ends 134 panic 'ordinary.c:[0-9]*: at the end of its wits' 'was ended by signal 6 \(SIGABRT\)'
if [ "${OOLONG_SANITIZED:-}" != 1 ]; then
    ends 134 abort 'was ended by signal 6 \(SIGABRT\)'
    ends 134 assert 'one == 2' 'was ended by signal 6 \(SIGABRT\)'
    ends 134 heap 'free\(\): invalid pointer' 'was ended by signal 6 \(SIGABRT\)'
    ends 159 sleep 'used system call [0-9]+ \(clock_nanosleep\).*timer_set\(\)'
    ends 159 getc 'used system call [0-9]+ \(newfstatat|fstat\).*console = yes'
    ends 159 open 'used system call [0-9]+ \(openat\).*task_file\(\)'
    ends 159 fork 'used system call [0-9]+ \(clone\).*task_launch\(\)'
fi
grep -q 'core file' err && fail "a core file that nobody asked for: $(cat err)"

# The hard limit may be 0. Then the user cannot ask for core files.
if (ulimit -S -c unlimited) 2>/dev/null && [ "$(cat /proc/sys/kernel/core_pattern)" = core ]; then
    ulimit -S -c unlimited
    ends 134 panic 'core file written'
fi

# The launcher reports a limit of descriptors that is too low for itself or for a task. `oolong
# doctor` finds it as well.
printf '[task few]\nprogram = %s/test_ordinary\nfiles = 16\nmain = yes\n' "$OOLONG_LIBEXEC" >few.ini
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do echo "file.f$i = /dev/null"; done >>few.ini
expect 1 "$oolong" run few.ini
grep -q "few. it may not have enough descriptors: see 'files'" err out ||
    fail "too few descriptors in a task: $(cat out err)"
for limit in 12 20 24 28; do
    ! sh -c "ulimit -n $limit; '$oolong' run suite.ini --main 'test_ordinary x'" >out 2>err ||
        fail "$limit descriptors suffice"
    grep -q "ulimit -Hn" err || fail "$limit descriptors: $(cat err)"
    expect 1 sh -c "ulimit -n $limit; '$oolong' doctor"
    grep -q "PROBLEM *a suite .*ulimit -Hn" out || fail "doctor with $limit descriptors: $(cat out)"
done
expect 0 sh -c "ulimit -n 40; '$oolong' run suite.ini --main 'test_ordinary x'"
expect 0 sh -c "ulimit -n 40; '$oolong' doctor"
expect 0 "$oolong" doctor

# With -v, the launcher names the key of the suite file that would allow a refused message.
program=$OOLONG_LIBEXEC/test_ordinary
printf '[task a]\nprogram = %s\nargs = talk\nmain = yes\n[task b]\nprogram = %s\nargs = listen\nserves = b\n' \
    "$program" "$program" >two.ini
expect 0 "$oolong" run -v two.ini
grep -q "task a may not talk to b: 'calls = b' in .task a. would allow it" err ||
    fail "the missing key is not named: $(cat err)"

# A script for the shell ends with the first task that fails, however the task fails.
printf '[task shell]\nprofile = console\nconsole = yes\nrights = launch quit\nmain = yes\n' >shell.ini
for failing in 'test_ordinary panic' 'test_ordinary status' nobody; do
    printf 'launch test_ordinary qsort\nlaunch %s\nlaunch test_ordinary qsort\n' "$failing" >script
    status=0
    "$oolong" run shell.ini <script >out 2>err || status=$?
    [ $status = 1 ] || fail "launch $failing in a script: status $status"
    [ "$(grep -c '^oolong> launch' out)" = 2 ] || fail "the script goes on: $(cat out)"
done
echo 'launch test_ordinary status' | "$oolong" run shell.ini >out 2>err
grep -q 'ended with status 3' out || fail "the status of a task: $(cat out)"

# A closed standard output is an error, and no other file gets its descriptor.
status=0
"$oolong" run suite.ini --main 'test_ordinary qsort' >&- 2>err || status=$?
[ $status = 1 ] && grep -q 'standard output' err || fail "closed output: $status, $(cat err)"
finish
