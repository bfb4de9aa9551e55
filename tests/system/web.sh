#!/bin/sh
# The host's curl and ab ask the suite of the web server: pages, parts, listings, metrics, errors,
# 100 MiB byte for byte, 10,000 requests over 50 connections. Only loopback is used.
#
#   web.sh [archive|ext4]     the source of the files; ext4 includes a disk server
. "$OOLONG_SOURCE/tests/system/lib.sh"

command -v curl >/dev/null || skip "no curl"
command -v ab >/dev/null || skip "no ab"
kind=${1:-archive}
[ "$kind" = archive ] || . "$OOLONG_SOURCE/tests/ext4/lib.sh"

make_site() {
    mkdir -p site/sub/empty 'site/a b'
    printf '<h1>hello</h1>\n' >site/index.html
    printf 'some text\n' >site/sub/x.txt
    printf 'quoted\n' >'site/a b/<&>"%.txt'
    : >site/sub/nothing.bin
    ln -s x.txt site/sub/short
    mkdir site/many
    (cd site/many && seq -f 'number %04.0f of a folder of many entries' 3000 | tr ' ' _ | xargs touch)
    head -c 104857600 /dev/urandom >site/large.bin
    case $kind in
    archive) tar -C site -cf site.tar . && files=archive=site.tar ;;
    ext4) mke2fs -q -t ext4 -d site disk.img 160m && files=image=disk.img ;;
    esac
}

start() { # SETTINGS...
    : >suite.out
    env --default-signal=TERM "$oolong" run "$OOLONG_SOURCE/suites/web.ini" \
        --set "$files" --set port=0 "$@" >suite.out 2>suite.err </dev/null &
    suite=$!
    await 20000 grep -q 'serves HTTP' suite.out || die "it does not start: $(cat suite.out suite.err)"
    await 5000 grep -q 'leads to' suite.out || die "no port is told: $(cat suite.out)"
    base=http://$(grep -o '127\.0\.0\.1:[0-9]*' suite.out | head -n 1)
}

stop() {
    kill -TERM "$suite"
    wait "$suite"
    status=$?
    [ "$status" = 143 ] || fail "the suite ended with $status: $(cat suite.out suite.err)"
    grep -E 'panic|Sanitizer|runtime error|used system call|signal' suite.out suite.err &&
        fail "something went wrong in the suite"
}

# get STATUS PATH [CURL-OPTION...]: the body goes to the file body, the head to head.
get() {
    expected=$1 path=$2
    shift 2
    : >body
    got=$(curl -s --path-as-is --max-time 60 -o body -D head -w '%{http_code}' "$@" "$base$path")
    [ "$got" = "$expected" ] || fail "$path: status $got, not $expected"
}

has() { # HEADER-LINE
    tr -d '\r' <head | grep -qi -- "^$1" || fail "$path: no line '$1' in: $(cat head)"
}

make_site
start

get 200 / && cmp body site/index.html
has 'Content-Type: text/html'
get 200 /sub/x.txt && cmp body site/sub/x.txt
has 'Content-Type: text/plain'
has 'Last-Modified: '
modified=$(tr -d '\r' <head | sed -n 's/^Last-Modified: //p')
has 'Date: '
tag=$(tr -d '\r' <head | sed -n 's/^ETag: //p')
get 304 /sub/x.txt -H "If-Modified-Since: $modified"
get 304 /sub/x.txt -H "If-None-Match: $tag"
get 200 /sub/x.txt -H 'If-None-Match: "other"' -H "If-Modified-Since: $modified"
get 412 /sub/x.txt -H 'If-Match: "other"'
get 206 /sub/x.txt -r 0-3 -H "If-Range: $tag"
get 200 /sub/x.txt -r 0-3 -H 'If-Range: "other"'
get 200 '/a%20b/%3C%26%3E%22%25.txt' && cmp body 'site/a b/<&>"%.txt'
get 200 /sub/nothing.bin
[ -s body ] && fail "an empty file has a body"
get 200 /sub/
grep -q 'href="./x.txt"' body || fail "the listing lacks x.txt"
grep -q 'href="./empty/"' body || fail "the listing lacks empty/"
grep -q 'short</bdi></a> (link)<td>.*title="10 bytes">10 B' body ||
    fail "a link has not the size of what it leads to: $(cat body)"
get 200 /many/
has 'Transfer-Encoding: chunked'
[ "$(grep -c 'href="./number_[0-9]*_of' body)" = 3000 ] || fail "the long listing has not 3000 names"
grep -q '</html>' body || fail "the long listing does not end"
get 200 /many/ --http1.0
has 'Connection: close'
grep -q '</html>' body || fail "the long listing does not end for HTTP/1.0"
get 200 '/a%20b/'
grep -q '&lt;&amp;&gt;&quot;%.txt' body || fail "the listing does not quote: $(cat body)"
get 301 /sub
has 'Location: /sub/'
get 301 '/sub?a=b'
has 'Location: /sub/?a=b'
get 404 /no/such/file
get 400 /../etc/passwd
get 400 /%00
get 405 / -X POST -d hello
get 405 / -X POST -d hello -H 'Expect: 100-continue'
get 501 / -X BREW
get 400 / -H 'Host:'
get 421 / -H 'Host: www.example.org'
get 200 / -H 'Host: localhost:80'
get 414 "/$(head -c 5000 /dev/zero | tr '\0' a)"
get 431 / -H "X-Long: $(head -c 30000 /dev/zero | tr '\0' a)"
curl -s --max-time 10 -I "$base/large.bin" | tr -d '\r' | grep -q '^Content-Length: 104857600$' ||
    fail "HEAD does not tell the length"

# Parts.
get 206 /large.bin -r 1000-1999
has 'Content-Range: bytes 1000-1999/104857600'
dd if=site/large.bin bs=1000 skip=1 count=1 2>/dev/null | cmp - body || fail "1000-1999 differs"
get 206 /large.bin -r -777
tail -c 777 site/large.bin | cmp - body || fail "the last 777 bytes differ"
get 206 /large.bin -r 104857000-
tail -c 600 site/large.bin | cmp - body || fail "from 104857000 on differs"
get 416 /large.bin -r 104857600-

# Several requests on one connection, and several at once on it.
curl -s --max-time 20 -w '%{num_connects}\n' -o one -o two -o three "$base/sub/x.txt" "$base/" \
    "$base/sub/x.txt" >connects
[ "$(awk '{ sum += $1 } END { print sum }' connects)" = 1 ] || fail "the connection was not kept"
cmp two site/index.html

# The client uses a port again while tcpip still keeps the connection before. If the client closed
# first, the host keeps the connection and refuses the port (curl's status 45). Then the script
# tries another port.
come_again() { # PORT
    for time in 1 2; do
        curl -s --local-port "$1" -H 'Connection: close' --max-time 5 -o body "$base/sub/x.txt"
        status=$?
        [ $status = 0 ] || return $status
        cmp body site/sub/x.txt || fail "the body differs"
    done
}
port=$((20000 + $$ % 10000))
come_again $port || come_again $((port + 1)) || come_again $((port + 2)) || come_again $((port + 3))
status=$?
[ $status = 0 ] || [ $status = 45 ] || fail "a client that comes again from its port: curl said $status"

# A large file, and two transfers of it at a time.
curl -s --max-time 100 "$base/large.bin" | cmp - site/large.bin || fail "100 MiB differ"
curl -s --max-time 100 "$base/large.bin" | cmp - site/large.bin &
curl -s --max-time 100 -r 0-52428799 "$base/large.bin" | cmp - site/large.bin >part 2>&1
grep -q 'EOF on -' part || fail "half of it differs beside the whole: $(cat part)"
wait $! || fail "100 MiB differ beside half of it"

# A client that stops reading does not delay other clients.
curl -s --max-time 100 --limit-rate 10k -o slow "$base/large.bin" &
slow=$!
get 200 /sub/x.txt && cmp body site/sub/x.txt
kill "$slow"

# Clients that end their side and vanish in the middle of the answer do not either.
"$OOLONG_BUILD/tests/bin/vanish" "${base##*:}" /large.bin 50 || fail "clients that vanish end the service"
get 200 /sub/x.txt

# Many requests.
ab -q -n 10000 -c 50 "$base/sub/x.txt" >ab.out 2>&1 || fail "ab: $(cat ab.out)"
grep -q '^Complete requests: *10000$' ab.out || fail "not all were answered: $(cat ab.out)"
grep -q '^Failed requests: *0$' ab.out || fail "some failed: $(cat ab.out)"
grep -q '^Non-2xx' ab.out && fail "some were errors: $(cat ab.out)"
ab -q -k -n 10000 -c 50 "$base/sub/x.txt" >ab.out 2>&1 || fail "ab: $(cat ab.out)"
grep -q '^Failed requests: *0$' ab.out || fail "some failed: $(cat ab.out)"
grep -q '^Keep-Alive requests: *10000$' ab.out || fail "connections were not kept: $(cat ab.out)"

get 200 /metrics
for figure in messages_sent messages_received payload_bytes_sent payload_bytes_received errors_sent; do
    grep -q "^oolong_${figure}_total{task=\"tcpip\",id=\"[0-9]*\"} [1-9]" body ||
        fail "no figure $figure: $(cat body)"
done
grep -q '^oolong_http_answers_total{status="2xx"} 20[0-9][0-9][0-9]$' body ||
    fail "the answers are not counted: $(cat body)"
grep -q '^oolong_http_answers_total{status="4xx"} [1-9]' body ||
    fail "the errors are not counted: $(cat body)"

stop
finish
