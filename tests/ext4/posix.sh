#!/bin/sh
# The mount as programs expect a file system of Linux to be: what is on the disk when, and who may do
# what.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"
need_fuse
trap 'kill ${suite:-} 2>/dev/null; fusermount3 -uqz mnt' EXIT
owner=$(id -u):$(id -g)

# When a command has ended, what it did is in the image: nobody does it later, ext4fs is stopped.
on_disk() { # NAME COMMAND...
    name=$1
    shift
    start_mount image
    "$@" || fail "$*"
    pid=$(pid_of "$suite" ext4fs)
    kill -STOP "$pid"
    timeout 10 fusermount3 -u mnt || fail "it cannot be unmounted"
    cp image copy
    kill -CONT "$pid"
    stop_mount TERM
    e2fsck -E journal_only -p copy >fsck.out 2>&1 || [ $? = 1 ] || fail "$*: $(cat fsck.out)"
    debugfs -R "stat $name" copy 2>&1 | grep -aq 'Inode:' || fail "$name is not on the disk after: $*"
}

mke2fs -q -t ext4 -E "root_owner=$owner" image 16m || die "mke2fs"
head -c 100000 /dev/urandom >content
on_disk /a cp content mnt/a
on_disk /b mv mnt/a mnt/b
on_disk /c mkdir mnt/c
on_disk /d touch mnt/d
on_disk /e ln -s target mnt/e
debugfs -R 'dump /b dumped' image >/dev/null 2>&1
cmp content dumped || fail "what was written is not on the disk"
clean image

# Each call does on the mount what it does on an ext4 of Linux.
for options in '-b 4096' '-b 4096 -O inline_data -I 512'; do
    rm -f other
    mke2fs -q -t ext4 -E "root_owner=$owner" $options other 64m || die "mke2fs $options"
    start_mount other
    "$OOLONG_BUILD/tests/bin/posix_calls" mnt || fail "$options: calls differ"
    stop_mount TERM
    clean other
done

# A block map that leads through a table of inodes: what is written there would change the table.
for case in '5 block[5]' '100 block[IND]' '400 block[DIND]'; do
    at=${case% *}
    place=${case#* }
    mke2fs -q -F -t ext2 -b 1024 -E "root_owner=$owner" other 16m || die "mke2fs"
    head -c 2000000 /dev/zero | tr '\0' x >content
    debugfs -w -R 'write content /damaged' other >/dev/null 2>&1
    inodes=$(dumpe2fs other 2>/dev/null | sed -n 's/.*Inode table at \([0-9]*\)-.*/\1/p' | head -n 1)
    debugfs -w -R "set_inode_field /damaged uid $(id -u)" other >/dev/null 2>&1
    debugfs -w -R "set_inode_field /damaged $place $((inodes + 20))" other >/dev/null 2>&1
    cp other before
    start_mount other
    dd if=content of=mnt/damaged bs=1024 count=1 seek=$at conv=notrunc 2>dd.err &&
        fail "$place: not refused"
    stop_mount TERM
    # The inodes in use are at the beginning.
    for image in before other; do
        dd if=$image bs=1024 skip=$((inodes + 10)) count=100 2>/dev/null | sha256sum
    done | uniq | wc -l | grep -qx 1 || fail "$place: a table of inodes changed"
done

# Modes count also for the user who mounted.
if [ "$(id -u)" != 0 ]; then
    start_mount image
    chmod 000 mnt/b && cat mnt/b 2>/dev/null && fail "a file of mode 000 can be read"
    chown 0 mnt/b 2>/dev/null && fail "a file can be given away"
    chmod 500 mnt/c && touch mnt/c/file 2>/dev/null && fail "a directory of mode 500 can be changed"
    stop_mount TERM
fi
finish
