# Functions for the scripts of the system tests, which source this file. OolongTest.cmake describes
# their environment. The current folder is empty at the start, and is removed afterwards.
set -u
here=$OOLONG_SOURCE/tests/system
oolong=$OOLONG_BIN/oolong
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

die() {
    fail "$@"
    exit 1
}

skip() {
    echo "skipped: $*" >&2
    exit 77
}

# Ends the test, with status 1 if a check has failed.
finish() {
    [ "$failures" = 0 ]
    exit $?
}

# expect STATUS COMMAND...: runs the command with its output in the files out and err, and compares
# its exit status.
expect() {
    expected=$1
    shift
    status=0
    "$@" >out 2>err </dev/null || status=$?
    [ "$status" = "$expected" ] || {
        fail "exit status $status, not $expected, of: $*"
        sed 's/^/    /' out err | head -n 20 >&2
    }
}

# await MILLISECONDS COMMAND...: repeats the command until it succeeds. Fails with a message after
# that time.
await() {
    limit=$(($(date +%s%N) / 1000000 + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $(($(date +%s%N) / 1000000)) -lt $limit ] || return 1
        sleep 0.01
    done
}

# Prints the processes of a suite, one a line: the launcher $1 and its children.
processes() {
    echo "$1"
    pgrep -P "$1"
}

# Whether none of these processes exists, even as a zombie.
are_gone() {
    for gone_pid in "$@"; do
        [ ! -e "/proc/$gone_pid" ] || return 1
    done
}

# pid_of LAUNCHER PROGRAM [ARGUMENT]: prints the first child of the launcher that runs the program.
pid_of() {
    for candidate in $(pgrep -P "$1"); do
        case "$(readlink "/proc/$candidate/exe")" in
        */"$2")
            if [ -z "${3:-}" ] || tr '\0' '\n' <"/proc/$candidate/cmdline" | grep -qx -- "$3"; then
                echo "$candidate"
                return 0
            fi
            ;;
        esac
    done
    return 1
}

# Starts the scenario still_life in the background. $suite is its launcher, and still.out has its
# output. The arguments go to env. Without arguments, env restores SIGINT, which the shell makes a
# background process ignore.
start_still_life() {
    [ $# -gt 0 ] || set -- --default-signal=INT
    : >still.out # an earlier suite may have left its "ready" here
    env "$@" "$oolong" run "$here/scenario.ini" --set scenario=still_life \
        >still.out 2>still.err </dev/null &
    suite=$!
    await 10000 grep -q '^.*ready$' still.out || die "it does not start: $(cat still.out still.err)"
    pids=$(processes "$suite")
    [ "$(echo "$pids" | wc -l)" = 7 ] || die "there are not seven processes: $pids"
}

# Ends the suite, or what is left of it.
end_still_life() {
    kill -TERM "$suite" 2>/dev/null
    wait "$suite"
    status=$?
}

# Whether none of the given processes (without arguments, of $pids) runs. If the launcher was
# killed, its children become zombies of init until init reaps them. A zombie does not count as
# running.
are_over() {
    for over_pid in ${*:-$pids}; do
        [ -e "/proc/$over_pid" ] || continue
        case "$(sed 's/.*) //' "/proc/$over_pid/stat" 2>/dev/null)" in
        "Z 1 "*) ;;
        *) return 1 ;;
        esac
    done
}
