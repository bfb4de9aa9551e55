#!/bin/sh
# A suite on a TAP interface, in a network namespace of its own: ping and curl from the host's side.
# As root the suite itself runs as an ordinary user; without, the namespace is one of a user.
if [ "${1:-}" != inside ]; then
    [ -w /dev/net/tun ] || { echo "skipped: /dev/net/tun is not to be had" >&2; exit 77; }
    for tool in ip ping curl unshare setpriv; do
        command -v $tool >/dev/null || { echo "skipped: no $tool" >&2; exit 77; }
    done
    flags=-n
    [ "$(id -u)" = 0 ] || flags=-rn
    unshare $flags ip tuntap add probe mode tap 2>/dev/null ||
        { echo "skipped: no network namespace with a TAP interface can be made" >&2; exit 77; }
    dir=$(mktemp -d /tmp/oolong-tap.XXXXXX)
    trap 'rm -rf "$dir"' EXIT
    chmod 777 "$dir"
    cd "$dir" || exit 1
    unshare $flags "$0" inside
    exit $?
fi
. "$OOLONG_SOURCE/tests/system/lib.sh"

as_user=
[ "$(awk '{ print $3; exit }' /proc/self/uid_map)" = 1 ] ||
    as_user='setpriv --reuid 65534 --regid 65534 --clear-groups'
# Where the device is root's alone, so is the command that opens it; the tasks are confined anyway.
[ -z "$as_user" ] || $as_user test -w /dev/net/tun || as_user=
owner=0
[ -z "$as_user" ] || owner=65534
ip link set lo up
ip tuntap add tap0 mode tap user "$owner" || die "no TAP interface"
ip address add 10.0.3.1/24 dev tap0
ip link set tap0 up

mkdir site
printf '<h1>hello</h1>\n' >site/index.html
head -c 10485760 /dev/urandom >site/large.bin
tar -C site -cf site.tar .
$as_user "$oolong" run "$OOLONG_SOURCE/suites/tap.ini" --set tap=tap0 --set archive=site.tar \
    >suite.out 2>suite.err </dev/null &
suite=$!
await 20000 grep -q 'serves HTTP' suite.out || die "it does not start: $(cat suite.out suite.err)"

ping -c 3 -i 0.2 -W 5 10.0.3.15 >ping.out 2>&1 || fail "ping: $(cat ping.out)"
grep -q ' 0% packet loss' ping.out || fail "packets were lost: $(cat ping.out)"
ping -c 1 -s 4000 -W 5 10.0.3.15 >ping.out 2>&1 || fail "ping in fragments: $(cat ping.out)"
curl -s --max-time 20 http://10.0.3.15/ | cmp - site/index.html || fail "the page differs"
curl -s --max-time 60 http://10.0.3.15/large.bin | cmp - site/large.bin || fail "10 MiB differ"
curl -s --max-time 5 http://10.0.3.15:81/ >/dev/null && fail "somebody listens on port 81"

kill -TERM "$suite"
wait "$suite"
grep -E 'panic|Sanitizer|runtime error|used system call|signal' suite.out suite.err &&
    fail "something went wrong in the suite"
finish
