#!/bin/sh
# A suite with a TAP interface. The host's ping and curl reach it.
address=10.0.3.1/24
. "$OOLONG_SOURCE/tests/system/tap-namespace.sh"

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
