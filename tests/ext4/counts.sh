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
await 5000 grep -q 'counted:' mount.out || die "fuse does not say what it counted"
stop_mount TERM
clean image

line=$(grep 'counted:' mount.out)
of() { # NAME: the number behind it
    echo "$line" | tr ' ' '\n' | sed -n "/^$1\$/{n;p;}"
}
at_most() { # NAME NUMBER
    [ "$(of "$1")" -le "$2" ] || fail "$1: $(of "$1"), at most $2 for $num files: $line"
}
# To look the name up, to make the file and to write to it; some at the beginning, and one a second
# for the directory.
at_most calls $((3 * num + 50))
at_most closings $((num / 2)) # 32 files by one message, unless the machine is slow
for request in LOOKUP CREATE WRITE FLUSH RELEASE GETATTR GETXATTR; do
    at_most $request $((num + 50))
done
total=$(echo "$line" | awk '{ for (i = 2; i < NF; i++) if ($i ~ /^[A-Z_]+$/) sum += $(i + 1) }
    END { print sum }')
[ "$total" -le $((7 * num + 100)) ] || fail "$total requests for $num files: $line"
finish
