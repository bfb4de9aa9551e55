#!/bin/sh
# compat_web, with tcpip's argument `resea`. Four clients at once send requests that are longer than
# one read. One client sends its request in pieces, and one leaves without a request.
. "$OOLONG_SOURCE/tests/system/lib.sh"
command -v curl >/dev/null || skip "no curl"

cat >suite.ini <<'END'
[suite]
lookup_timeout_ms = 10000
[task slirp]
args = restrict hostfwd=tcp:127.0.0.1:0-10.0.2.15:80
calls = tcpip
serves = net
profile = slirp
[task tcpip]
args = address=10.0.2.15/24 gateway=10.0.2.2 resea
serves = tcpip
profile = random
[task web]
program = compat_web
calls = tcpip
main = yes
END
"$oolong" run suite.ini >out 2>err </dev/null &
suite=$!
trap 'kill $suite 2>/dev/null' EXIT
await 10000 grep -q 'ready' out || die "it does not start: $(cat out err)"
await 10000 grep -q '127\.0\.0\.1:[0-9]' out || die "no port: $(cat out err)"
port=$(grep -o '127\.0\.0\.1:[0-9]*' out | head -n 1 | cut -d: -f2)
padding=$(printf '%0900d' 0)
for i in 1 2 3 4; do
    curl -s --max-time 20 -H "X: $padding" "http://127.0.0.1:$port/$i" >body.$i &
    clients="${clients:-} $!"
done
for client in $clients; do
    wait $client || fail "curl says $?"
done
for i in 1 2 3 4; do
    grep -qE '^a request of [0-9]+ bytes$' body.$i || fail "client $i got: $(cat body.$i)"
done
curl -s --max-time 20 "http://127.0.0.1:$port/" | grep -q '^a request of' || fail "a short request"
curl -s --max-time 1 --connect-timeout 1 "telnet://127.0.0.1:$port" </dev/null >/dev/null
wait $suite
status=$?
[ $status = 0 ] || fail "the suite ends with $status: $(cat out err)"
grep -q 'closed early' out || fail "nobody closed early: $(cat out)"
grep 'panic:' out err >&2 && fail "the program ended badly"
finish
