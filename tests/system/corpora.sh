#!/bin/sh
# The real servers, in their sandboxes, get the corpora of the fuzz targets: archives, damaged
# disks, requests and frames. No input may end a server. When a server is killed, the report names
# its last message and its file.
. "$OOLONG_SOURCE/tests/system/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
corpus=$OOLONG_SOURCE/tests/fuzz/corpus
bad='does not allow|was ended by|Sanitizer|runtime error|panic'

# --- Archives -----------------------------------------------------------------------------------

archive() { # FILE MAIN
    timeout 20 "$oolong" run "$OOLONG_SOURCE/suites/archive.ini" --set "archive=$1" --main "$2" \
        >out 2>err </dev/null
    status=$?
    grep -qE "$bad" err && fail "$1: $2: $(cat err)"
}
for file in "$corpus"/archive/*; do
    archive "$file" fstree
    if [ "$status" != 0 ]; then
        grep -qF "$file" err || fail "$file: no line names it: $(cat err)"
        continue
    fi
    names=$(sed -nE 's,^-[^/]* (/[A-Za-z0-9./_-]*)$,\1,p' out | head -n 50 | tr '\n' ' ')
    [ -z "$names" ] || archive "$file" "fscat $names"
done

# --- Disks --------------------------------------------------------------------------------------

for file in "$corpus"/ext4/*; do
    "$1" "$file" image >commands || die "$file: no image"
    { cat commands && echo quit; } | timeout 20 "$oolong" run "$OOLONG_SOURCE/tests/ext4/once.ini" \
        --set image=image >out 2>&1
    grep -qE "$bad" out && fail "$file: $(cat commands out)"
done

# --- Requests -----------------------------------------------------------------------------------

start_web() { # ARCHIVE
    env --default-signal=TERM "$oolong" run "$OOLONG_SOURCE/suites/web.ini" --set "archive=$1" \
        --set port=0 >web.out 2>web.err </dev/null &
    suite=$!
    await 20000 grep -q 'serves HTTP' web.out || die "it does not start: $(cat web.out web.err)"
    await 5000 grep -q 'leads to' web.out || die "no port is told: $(cat web.out)"
    port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' web.out | head -n 1)
}
echo page >index.html
tar -cf site.tar index.html
start_web site.tar
"$2" "$port" "$corpus"/http/* 2>sent || fail "requests: $(cat sent)"
curl -s --max-time 20 "http://127.0.0.1:$port/index.html" | grep -q page || fail "webapi does not answer"
kill -TERM "$suite"
wait "$suite"
grep -E "$bad" web.out web.err && fail "a request ended a server"

# --- Frames -------------------------------------------------------------------------------------

expect 0 timeout 20 "$oolong" run "$here/frames.ini" --main "frames $(echo "$corpus"/frames/*)"
grep -qE "$bad" out err && fail "a frame ended a server: $(cat out err)"
grep -q 'frames$' out || fail "the frames were not taken: $(cat out err)"

# --- The report of a server's end -----------------------------------------------------------------

# end_of TASK: kills the task after the shell has read a file.
end_of() {
    printf 'cat /file\nwatch %s\n' "$1" >script
    "$oolong" run "$OOLONG_SOURCE/tests/ext4/once.ini" --set image=image -vv <script >end.out 2>end.err &
    suite=$!
    await 10000 grep -q content end.out || die "the file is not read: $(cat end.out end.err)"
    kill -SEGV "$(sed -n "s/^oolong: task $1 (.*) starts as process \([0-9]*\):.*/\1/p" end.err)"
    wait "$suite"
    grep "task $1 (.*) was ended by signal 11" end.err >told || fail "no end is told: $(cat end.err)"
}
mkdir tree
echo content >tree/file
mke2fs -q -t ext4 -d tree image 4m
# ext4fs asks the disk after the shell has asked ext4fs. The answer of the disk does not count as
# the last message.
end_of ext4fs
grep -q 'its last message was fs\.[a-z_]* from shell' told || fail "no request is named: $(cat told)"
grep -q 'the file of disk, disk is image' told || fail "no image is named: $(cat told)"
end_of disk
grep -q 'its last message was blk\.[a-z_]* from ext4fs' told || fail "no request is named: $(cat told)"
grep -q 'its file disk is image' told || fail "no image is named: $(cat told)"
finish
