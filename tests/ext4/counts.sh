#!/bin/sh
# What making a file on the mount costs in requests of the kernel and in messages, which does not
# depend on the machine as times do.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"
need_fuse
trap 'kill ${suite:-} 2>/dev/null; fusermount3 -uqz mnt' EXIT
num=500

mke2fs -q -t ext4 -E "root_owner=$(id -u):$(id -g)" image 64m || die "mke2fs"
start_mount image
mkdir mnt/files
"$OOLONG_BUILD/tests/bin/many" mnt/files $num 100 >/dev/null || fail "files cannot be made"
timeout 10 fusermount3 -u mnt || fail "it cannot be unmounted"
await 5000 grep -q 'calls for' mount.out || die "fuse does not say what it counted"
stop_mount TERM
clean image

line=$(grep 'calls for' mount.out)
# of NAME: the number before `calls`, or behind the name of a request.
of() {
    echo "$line" | tr ' ' '\n' | awk -v name="$1" '
        name == "calls" && $0 == name { print last }
        last == name { print }
        { last = $0 }' | head -n 1
}
at_most() { # WHAT NUMBER
    [ "$(of "$1")" -le "$2" ] || fail "$1: $(of "$1"), at most $2 of $num files: $line"
}
# To look the name up, to make the file and to write to it; some at the beginning, those for
# 32 handles that are closed together, and one a second for the directory.
at_most calls $((3 * num + num / 32 + 50))
for request in LOOKUP CREATE WRITE FLUSH RELEASE GETATTR GETXATTR; do
    at_most $request $((num + 50))
done
total=$(echo "$line" | tr ' ' '\n' | awk '/^[0-9]+$/ { sum += $0 } END { print sum }')
total=$((total - $(of calls)))
[ "$total" -le $((7 * num + 100)) ] || fail "$total requests for $num files: $line"
finish
