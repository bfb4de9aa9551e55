#!/bin/sh
# The kernel gives a process id to a second process. The test forces that through
# /proc/sys/kernel/ns_last_pid in its own process id namespace, which needs root. The suite runs
# without root.
#
# vm copies by process id. So no other process gets the id of a dead task before vm has heard of its
# end. Afterwards a process may get the id, and is another task nevertheless.
. "$OOLONG_SOURCE/tests/system/lib.sh"
last_pid=/proc/sys/kernel/ns_last_pid

if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || skip "to choose the next process id needs root"
    [ -w $last_pid ] || skip "the kernel has no $last_pid"
    unshare --pid --fork --mount-proc true 2>/dev/null || skip "no process id namespaces here"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/oolong-test.XXXXXX")
    trap 'rm -rf "$dir"' EXIT
    chmod 777 "$dir"
    cd "$dir" || exit 1
    # When the first process of the namespace ends, the kernel ends all others in it.
    unshare --pid --fork --mount-proc --kill-child "$0" inside
    exit $?
fi

cat >suite.ini <<END
[suite]
lookup_timeout_ms = 20000
[task server]
program = test_reuse
args = server
serves = reused
restart = always
restart_limit = unlimited
[task client]
program = test_reuse
args = client
calls = server
END

# Sets $life to the process of the server's life number $1; false if there is none yet. This function
# and the following ones use only commands that the shell itself executes. Any other command would be a
# process, and take the process id that the server must get.
get_life() {
    life=
    n=0
    while read -r line; do
        case $line in
        *': task server '*' starts as process '*)
            n=$((n + 1))
            life=${line#* starts as process }
            life=${life%%:*}
            [ $n != "$1" ] || return 0
            ;;
        esac
    done <err
    return 1
}
num_met() { grep -c '^\[client\] met task' out; }
has_met() { [ "$(num_met)" -ge "$1" ]; }
state_of() { sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null; }

: >out
: >err
setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
    "$oolong" run suite.ini -v >out 2>err </dev/null &
suite=$!
await 10000 has_met 1 || die "the suite does not start: $(cat out err)"
vm=$(pid_of "$suite" vm)
get_life 1
victim=$life

# Tries to give life $1 of the server the process id $2.
force_life() {
    (while :; do echo $(($2 - 1)) >$last_pid; done) 2>/dev/null &
    forcing=$!
    while ! get_life "$1" && kill -0 "$suite"; do :; done
    kill $forcing
    wait $forcing 2>/dev/null
}

# 1. vm is stopped while the server dies, as if vm were about to copy.
kill -STOP "$vm"
kill -KILL "$victim"
force_life 2 "$victim"
[ "$(state_of "$victim")" = Z ] || fail "process $victim was reaped before vm heard of its end"
[ "$life" != "$victim" ] || fail "process $victim is another task, and vm does not know"
kill -CONT "$vm"
await 5000 are_gone "$victim" || fail "process $victim stays a zombie: $(cat err)"
await 10000 has_met 2 || fail "the client does not meet the second life: $(cat out err)"

# 2. vm has heard of the end: the same process id is used again, several times.
reused=0
for lives in 3 4 5; do
    victim=$life
    kill -KILL "$victim"
    await 5000 are_gone "$victim" || fail "process $victim stays"
    force_life $lives "$victim"
    [ "$life" = "$victim" ] && reused=$((reused + 1))
    await 20000 has_met $lives || die "the client does not meet life $lives: $(cat out err)"
done
[ $reused -ge 2 ] || fail "the process id was used again $reused times out of 3: $(cat err)"
numbers=$(sed -n 's/^\[client\] met task //p' out | sort -u | wc -l)
[ "$numbers" = 5 ] || fail "five lives had $numbers task numbers: $(cat out)"

kill -TERM "$suite"
wait "$suite"
[ $? = 143 ] || fail "the suite ends with another status"
grep -q 'CHECK FAILED\|panic' out err && fail "$(cat out err)"
finish
