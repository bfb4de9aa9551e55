# Helpers of the system tests' scripts; sourced by them. The environment is as OolongTest.cmake says,
# and the current folder is empty and goes away.
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

# Ends the test: with 1 when something failed.
finish() {
    [ "$failures" = 0 ]
    exit $?
}

# expect STATUS COMMAND...: runs it with its output in the files out and err, and compares its exit
# status.
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

# await MILLISECONDS COMMAND...: waits until it succeeds. No longer than that, and it says so.
await() {
    limit=$(($(date +%s%N) / 1000000 + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $(($(date +%s%N) / 1000000)) -lt $limit ] || return 1
        sleep 0.01
    done
}

# The processes of a suite: the launcher $1 and its children, one number a line.
processes() {
    echo "$1"
    pgrep -P "$1"
}

# Whether none of the processes is there, not as a zombie either.
are_gone() {
    for gone_pid in "$@"; do
        [ ! -e "/proc/$gone_pid" ] || return 1
    done
}

# pid_of LAUNCHER PROGRAM [ARGUMENT]: the first child that runs it.
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

# Starts the still life of scenario.ini in the background: $suite is its launcher. Its output is in
# still.out. Arguments are env's; without any, not under the shell's own rule that a background
# process ignores SIGINT.
start_still_life() {
    [ $# -gt 0 ] || set -- --default-signal=INT
    : >still.out # the last one's "ready" must not be taken for this one's
    env "$@" "$oolong" run "$here/scenario.ini" --set scenario=still_life \
        >still.out 2>still.err </dev/null &
    suite=$!
    await 10000 grep -q '^.*ready$' still.out || die "it does not start: $(cat still.out still.err)"
    pids=$(processes "$suite")
    [ "$(echo "$pids" | wc -l)" = 7 ] || die "there are not seven processes: $pids"
}

# Ends it, whatever is left of it.
end_still_life() {
    kill -TERM "$suite" 2>/dev/null
    wait "$suite"
    status=$?
}

# Whether no process of $pids, or of those that are given, runs. What the launcher does not reap because it was killed is a
# zombie of init's until that reaps it.
are_over() {
    for over_pid in ${*:-$pids}; do
        [ -e "/proc/$over_pid" ] || continue
        case "$(sed 's/.*) //' "/proc/$over_pid/stat" 2>/dev/null)" in
        "Z 1 "*) ;;
        *) return 1 ;;
        esac
    done
}
