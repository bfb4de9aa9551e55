#!/bin/sh
# slirp with a resolv.conf of the test's own: resolv.sh NAME_SERVER.
namespaces=mn
tools=mount
. "$OOLONG_SOURCE/tests/system/namespace.sh"

: >resolv.conf
mount --bind resolv.conf /etc/resolv.conf || die "resolv.conf cannot be put in place"
"$1" 127.0.0.3 53 >name_server.out &
name_server=$!
trap 'kill $name_server' EXIT
await 5000 grep -q . name_server.out || die "no name server"

cat >suite.ini <<'END'
[task slirp]
calls = tcpip
serves = net
profile = slirp
[task tcpip]
args = address=10.0.2.15/24 gateway=10.0.2.2 dns=10.0.2.3
serves = tcpip
profile = random
[task shell]
args = -k -
calls = *
profile = console
console = yes
main = yes
END
chmod 644 resolv.conf suite.ini

# look_up: prints the shell's answer for a name. Standard input is the resolv.conf. slirp must still
# run afterwards.
look_up() {
    cat >resolv.conf
    printf 'dns known.test\nping 10.0.2.2 1\n' | $as_user "$oolong" run suite.ini >out 2>&1
    grep -qE '^10\.0\.2\.2: [0-9.]+ ms$' out || fail "slirp is gone: $(cat out)"
    grep -E 'panic|Sanitizer|runtime error|used system call' out && fail "something went wrong"
}

# The first server cannot be reached from IPv4. No server answers at the second address.
look_up <<END
nameserver fe80::1%eth0
nameserver 127.0.0.2
nameserver 127.0.0.3
END
grep -q '^10\.0\.2\.2$' out || fail "the third server was not asked: $(cat out)"

look_up <<END
nameserver fe80::1%eth0
END
grep -q '\[slirp\] warning: /etc/resolv.conf names no server with an IPv4 address' out ||
    fail "no word about the servers: $(cat out)"
grep -q '\[shell\] known.test: timed out$' out || fail "who resolved that? $(cat out)"
finish
