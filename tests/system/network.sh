#!/bin/sh
# Two suites and the host between them: the shell's commands, DHCP, names, the limits of `restrict`,
# and servers that are killed. Only loopback is used.
. "$OOLONG_SOURCE/tests/system/lib.sh"

command -v curl >/dev/null || skip "no curl"

mkdir site
printf 'a page of another suite\n' >site/page.txt
truncate -s 20M site/large.bin
tar -C site -cf site.tar .

"$1" >name_server.out 2>&1 &
name_server=$!
trap 'kill $name_server 2>/dev/null' EXIT
await 5000 grep -q . name_server.out || die "no name server"
dns=$(cat name_server.out)

# A web server that restarts, with all servers that it needs.
sed -e 's/^vital = yes/restart = always\nrestart_limit = unlimited/' \
    -e '/^\[task webapi\]/a args = host=known.test' \
    "$OOLONG_SOURCE/suites/web.ini" >web.ini
"$oolong" run web.ini --set archive=site.tar --set port=0 >web.out 2>web.err </dev/null &
web=$!
port_of_web() {
    grep -o '127\.0\.0\.1:[0-9]*' web.out | tail -n 1 | cut -d: -f2
}
page_comes() {
    curl -s --max-time 10 "http://127.0.0.1:$(port_of_web)/page.txt" | cmp -s - site/page.txt
}
await 60000 page_comes || die "the web server does not start: $(cat web.out web.err)"
port=$(port_of_web)

# For a slow client, the kernel buffers some hundred KiB. slirp limits the send buffer; otherwise
# the suite would produce and send megabytes.
send_queue() {
    awk -v local="0100007F:$(printf %04X "$port")" \
        '$2 == local && $4 == "01" { split($5, queue, ":") }
         END { print (1 in queue) ? queue[1] : 0 }' /proc/net/tcp
}
is_buffered() {
    [ "$((0x$(send_queue)))" -gt 65536 ]
}
curl -s --limit-rate 1 -o slow.bin "http://127.0.0.1:$port/large.bin" &
slow=$!
await 20000 is_buffered || fail "nothing is sent to a slow client"
for look in $(seq 200); do
    [ "$((0x$(send_queue)))" -lt 524288 ] || { fail "the kernel buffers 0x$(send_queue)"; break; }
done
kill $slow

# shell DEVICE-ARGS STACK-ARGS: runs a suite whose shell gets its commands from standard input. With
# "none" for DEVICE-ARGS, the suite has no device.
shell() {
    cat >shell.ini <<END
[suite]
lookup_timeout_ms = 60000
END
    [ "$1" = none ] || cat >>shell.ini <<END
[task slirp]
args = $1
calls = tcpip
serves = net
profile = slirp
END
    cat >>shell.ini <<END
[task tcpip]
args = $2
serves = tcpip
profile = random
[task shell]
args = -k -
calls = *
profile = console
console = yes
main = yes
rights = quit
END
    # The first command may come before the device. Then the command waits for the network.
    "$oolong" run shell.ini >out 2>&1
}
static='address=10.0.2.15/24 gateway=10.0.2.2'

shell '' "$static dns=10.0.2.2:$dns" <<END
ping 10.0.2.2 2
ping 10.0.2.15 1
http-get http://10.0.2.2:$port/page.txt
http-get http://10.0.2.2:$port/nothing
http-get http://10.0.2.15:81/
dns 1.2.3.4
dns known.test
dns ALIAS.test
dns slow.test
dns long.test
dns old.test
dns failing.test
dns wrong.test
dns nothing.test
dns "a..b"
http-get known.test:$port/page.txt
END
[ "$(grep -cE '^10\.0\.2\.2: [0-9.]+ ms$' out)" = 2 ] || fail "no answer to pings"
[ "$(grep -cE '^10\.0\.2\.15: [0-9.]+ ms$' out)" = 1 ] || fail "no answer to a ping to itself"
[ "$(grep -c '^a page of another suite$' out)" = 2 ] || fail "the page did not come twice"
grep -q 'page.txt: status' out && fail "the page is an error"
grep -q "/nothing: status 404" out || fail "no 404"
grep -q '10.0.2.15:81/: cannot be read' out || fail "a port where nobody listens is not refused"
[ "$(grep -c '^10\.0\.2\.2$' out)" = 5 ] || fail "not five names are 10.0.2.2"
grep -q '\[shell\] failing.test: cannot be read$' out || fail "a server that fails has an answer"
grep -q '^1\.2\.3\.4$' out || fail "a number is no name"
grep -q '\[shell\] nothing.test: not found$' out || fail "a name that is not there was found"
grep -q '\[shell\] wrong.test: not found$' out || fail "another question's answer was taken"
grep -q '\[shell\] a..b: invalid argument$' out || fail "what is no name was asked for"
[ $failures = 0 ] || cat out >&2

# With `restrict`, the suite cannot reach anything outside. Only forwards lead in.
shell restrict "$static" <<END
ping 10.0.2.2 1
http-get http://10.0.2.2:$port/page.txt
dns known.test
END
grep -q 'a page of another suite' out && fail "restrict lets a connection out"
grep -q '\[shell\] known.test: cannot be read$' out || fail "there is a name server: $(cat out)"

# DHCP gives the addresses, which takes a moment.
shell '' dhcp <<END
http-get http://10.0.2.2:$port/page.txt
END
grep -q '10.0.2.15/24, gateway 10.0.2.2, name server 10.0.2.3' out ||
    fail "no addresses came by DHCP: $(cat out)"
grep -q 'a page of another suite' out || fail "no page after DHCP: $(cat out)"

# Without a network, the shell gets an error.
shell none "$static" <<END
ping 10.0.2.2 1
END
grep -q '\[shell\] 10.0.2.2: cannot be read$' out || fail "a network without a device: $(cat out)"

# Each server is killed in turn, and then the page can be read again.
for task in slirp tcpip webapi; do
    pid=$(pid_of "$web" $task) || die "no $task"
    kill -9 "$pid"
    await 20000 are_gone "$pid" || fail "$task does not end"
    await 60000 page_comes || fail "the page does not come after $task: $(cat web.out web.err)"
done
kill -TERM "$web"
wait "$web"
grep -E 'panic|Sanitizer|runtime error|used system call' web.out web.err &&
    fail "something went wrong in the suite"
finish
