#!/bin/sh
# Tasks are separate processes with their own address spaces. Each runs under two filters and
# without capabilities.
. "$OOLONG_SOURCE/tests/system/lib.sh"

start_still_life
tasks=$(pgrep -P "$suite")
for pid in $tasks; do
    readlink "/proc/$pid/exe"
done | sort | uniq -c >exes
grep -qE '^ *5 .*/test_scenario$' exes || fail "not five tasks: $(cat exes)"
grep -qE '^ *1 .*/vm$' exes || fail "not one vm: $(cat exes)"

# Each process has its heap and stack at random addresses. In one shared address space, or after a
# mere fork, the addresses would be the same.
for pid in $tasks; do
    grep -E '\[stack\]' "/proc/$pid/maps" | cut -d' ' -f1
done | sort -u >stacks
[ "$(wc -l <stacks)" = 6 ] || fail "stacks are not separate: $(cat stacks)"
for pid in $tasks; do
    status=$(cat "/proc/$pid/status")
    # vm has a second thread, which copies. Both threads are under both filters (and those of this
    # shell).
    case $(readlink "/proc/$pid/exe") in
    */vm) most=2 ;;
    *) most=1 ;;
    esac
    # If memory is short, the kernel kills a task before vm and the launcher.
    score=$(cat "/proc/$pid/oom_score_adj") own=$(cat "/proc/$suite/oom_score_adj")
    wanted=$own
    [ "$most" = 2 ] || wanted=$((own + 100 < 1000 ? own + 100 : 1000))
    [ "$score" = "$wanted" ] || fail "oom_score_adj of $pid is $score, not $wanted"
    threads=$(echo "$status" | sed -nE 's/^Threads:\s+//p')
    [ "$threads" -le "$most" ] || fail "$pid has $threads threads"
    [ "$(cat "/proc/$pid/task"/*/status | grep '^Seccomp' | sort | uniq -c | awk '{ print $1 }' | sort -u)" = "$threads" ] ||
        fail "the threads of $pid are under different filters"
    echo "$status" | grep -qE '^NoNewPrivs:\s+1$' || fail "$pid can gain rights"
    echo "$status" | grep -qE '^Seccomp:\s+2$' || fail "$pid is under no filter"
    echo "$status" | grep -qE '^CapEff:\s+0+$' || fail "$pid has capabilities"
    # Only memory that was mapped from a file is executable.
    grep -E '^\S+ ..x' "/proc/$pid/maps" | grep -vE '/|\[vdso\]|\[vsyscall\]' &&
        fail "$pid has memory of its own to execute"
    grep -qE '^\S+ rwx' "/proc/$pid/maps" && fail "$pid has memory to write and execute"
done
[ "$(id -u)" != 0 ] || echo "note: this runs as root" >&2
end_still_life
finish
