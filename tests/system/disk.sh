#!/bin/sh
# A disk on a real file: the file holds what clients wrote, whichever task ends at whatever moment.
. "$OOLONG_SOURCE/tests/system/lib.sh"

# suite ARGUMENTS MODE RESTART: writes disk.ini for the file `image`.
suite() {
    cat >disk.ini <<END
[suite]
name = disk
lookup_timeout_ms = 15000
[task disk]
args = $1
file.disk = image $2
serves = blk
profile = disk
restart = $3
restart_limit = unlimited
[task client]
program = test_disk
calls = *
autostart = no
rights = launch
[task test]
calls = *
autostart = no
END
}

# client STATUS ARGUMENTS...: runs a client as the main task.
client() {
    wanted=$1
    shift
    expect "$wanted" "$oolong" run disk.ini --main "client $*"
    ! grep -q 'FAILED\|panic' out || fail "$*: $(cat out)"
}

# sectors FIRST NUMBER VALUE: prints the sectors that a client writes.
sectors() {
    awk -v first="$1" -v num="$2" -v value="$3" 'BEGIN {
        for (i = first; i < first + num; i++)
            printf "%-511s\n", "sector " i " value " value
    }'
}

same() { # VALUE NUMBER
    sectors 0 "$2" "$1" | cmp - image || fail "the file holds something else than value $1"
}

# --- Contents -----------------------------------------------------------------------------------

num=6000
for arguments in "" plain buffered "buffered plain" 4096 "4096 plain"; do
    rm -f image
    truncate -s $((num * 512)) image
    suite "$arguments" rw never
    client 0 fill 7
    same 7 $num
    client 0 crowd 8 2
    same 2 $num
    case $arguments in
    *4096*) grep -q 'blocks of 4096' out || fail "$arguments: $(cat out)" ;;
    *plain*) grep -q 'plain reads and writes' err || fail "$arguments: $(cat err)" ;;
    esac
done

client 0 abandon 2

# The disk is read-only, because its descriptor is. A short last sector is not part of the disk.
suite "" "" never
echo tail >>image
client 0 read-only 2
[ "$(wc -c <image)" = $((num * 512 + 5)) ] || fail "the tail is gone"
truncate -s $((num * 512)) image
same 2 $num

# --- Refusals -----------------------------------------------------------------------------------

refused() { # TEXT
    expect 1 timeout 20 "$oolong" run disk.ini --main 'client fill 1'
    grep -qF "$1" err || fail "no '$1': $(cat err)"
}
suite nonsense rw never
sed -i 's/^serves/vital = yes\nserves/' disk.ini
refused 'nonsense: the arguments are'
suite "" rw never
sed -i 's/^serves/vital = yes\nserves/' disk.ini
flock -F image sh -c 'echo >held; exec sleep 60' & # an ending disk may hold the lock first
holder=$!
await 20000 test -e held || fail "flock does not lock"
refused 'file.disk: another process has it in use'
kill $holder
wait $holder 2>/dev/null
mv image kept
: >image
refused 'file.disk: shorter than a sector'
mv kept image

# The file system that holds a sparse file is full. The test makes a file system of 1 MiB in its own
# namespace, if the host allows that.
suite buffered rw never
sed 's/file.disk = image/file.disk = small\/image/' disk.ini >full.ini
mkdir small
if unshare -Urm mount -t tmpfs none small 2>/dev/null; then
    expect 0 unshare -Urm sh -c "mount -t tmpfs -o size=1m none small && truncate -s 8M small/image &&
        exec '$oolong' run full.ini --main 'client overfill'"
    grep -q 'full: ERR_NO_SPACE' out || fail "a full disk: $(cat out err)"
    ! grep -q 'FAILED\|panic' out || fail "a full disk: $(cat out)"
else
    echo "note: no user namespaces here, so no full disk is tried" >&2
fi

# Requests that no honest client sends.
suite "" rw never
expect 0 "$oolong" run disk.ini --main 'test hostile'
! grep -q 'task disk' err || fail "disk ended: $(grep 'task disk' err)"

# --- A disk that ends ---------------------------------------------------------------------------

start() { # MAIN
    env --default-signal=INT "$oolong" run disk.ini --main "$1" >out 2>err </dev/null &
    launcher=$!
}

stop() {
    kill -TERM "$launcher" 2>/dev/null
    wait "$launcher"
}
trap stop EXIT

rm -f image
truncate -s 1M image
suite "" rw never
sed -i 's/^lookup_timeout_ms.*/lookup_timeout_ms = 300/' disk.ini
start 'client read'
await 10000 grep -q reading out || fail "nobody reads: $(cat out err)"
kill -9 "$(pid_of $launcher disk)"
wait $launcher
grep -q 'ended by ERR_ABORTED' out || fail "a client was not told: $(cat out err)"

# The file becomes shorter. The client gets an error, and the disk goes on.
start 'client read'
await 10000 grep -q reading out || fail "nobody reads: $(cat out err)"
truncate -s 4096 image
wait $launcher
grep -q 'ended by ERR_UNAVAILABLE' out || fail "a client was not told: $(cat out err)"
grep -q 'cannot read 512 bytes at' err || fail "the disk does not say so: $(cat err)"

# Clients are killed while their requests are under way. The same disk goes on serving the other
# clients.
rm -f image
truncate -s 8M image
suite "" rw never
for i in $(seq 8); do
    printf '[task reader%d]\nprogram = test_disk\nargs = load\ncalls = *\n' "$i" >>disk.ini
done
start 'client log 0'
served=
await 20000 sh -c '[ $(grep -c flushed out) -gt 5 ]' || die "nobody is served: $(cat out err)"
served=$(pid_of "$launcher" disk)
for round in $(seq 8); do
    kill -9 "$(pid_of "$launcher" test_disk load)" || fail "round $round: no reader left"
    lines=$(wc -l <out)
    await 20000 sh -c "[ \$(wc -l <out) -gt $((lines + 3)) ]" || die "round $round: nobody is served"
    # The end of a killed process can take its time.
    await 20000 sh -c "[ \$(grep -c 'task reader.*SIGKILL' err) = $round ]" ||
        fail "round $round: the end of a reader is not told"
done
[ "$(pid_of "$launcher" disk)" = "$served" ] || fail "the disk has ended: $(cat err)"
stop

# The disk is killed again and again under load, and its clients go on. Each sector holds the last
# value that its client reported as flushed, or a later value that the client had begun to write.
clients=6
rm -f image
truncate -s 1M image
suite "" rw on-failure
for i in $(seq $((clients - 1))); do
    printf '[task client%d]\nprogram = test_disk\nargs = log %d\ncalls = *\n' "$i" "$i" >>disk.ini
done
start 'client log 0'
for round in $(seq "${KILLS:-5}"); do
    victim=
    await 20000 pid_of $launcher disk || die "round $round: the disk is not back: $(tail -n 5 err)"
    lines=$(wc -l <out)
    await 20000 sh -c "[ \$(wc -l <out) -gt $lines ]" || die "round $round: clients do not go on"
    sleep "0.0$((round * 7 % 10))"
    victim=$(pid_of $launcher disk)
    kill -9 "$victim"
done
lines=$(wc -l <out)
await 20000 sh -c "[ \$(wc -l <out) -gt $((lines + 20)) ]" || fail "clients do not go on at the end"
stop
! grep -q 'FAILED\|panic' out err || fail "$(grep 'FAILED\|panic' out err)"
[ "$(grep -c 'task disk .*SIGKILL' err)" = "${KILLS:-5}" ] || fail "not ${KILLS:-5} kills: $(cat err)"
! grep 'task client' err || fail "a client ended"
cat out err | sed -n 's/.*client \([0-9]*\) flushed \([0-9]*\).*/\1 \2/p' |
    awk '$2 > last[$1] { last[$1] = $2 } END { for (i in last) print i, last[i] }' >flushed
[ "$(wc -l <flushed)" = $clients ] || fail "not all clients logged: $(cat flushed)"
while read -r index value; do
    for sector in $(seq $((index * 16)) $((index * 16 + 15))); do
        text=$(dd if=image bs=512 skip="$sector" count=1 2>/dev/null)
        case $text in
        "sector $sector value $value "* | "sector $sector value $((value + 1)) "*) ;;
        *) fail "client $index flushed $value, and sector $sector holds: $text" ;;
        esac
    done
done <flushed
finish
