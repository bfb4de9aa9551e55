#!/bin/sh
# A file system that becomes full: the writer is told so, what was written stays what it was, nothing
# is damaged, and once something is removed writing goes on.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"
need_fuse
trap 'kill ${suite:-} 2>/dev/null; fusermount3 -uqz mnt' EXIT
head -c 3000000 /dev/urandom >content

free_blocks() {
    stat -f -c %a mnt
}

# Runs a command that must fail because there is no room, and for no other reason.
must_be_full() { # COMMAND...
    "$@" 2>full.err && fail "there was room for: $*"
    grep -q 'No space left on device' full.err || fail "$*: $(cat full.err)"
}

# Files of 3 MB until there is no room; the number of whole ones.
fill() {
    n=0
    while cp content "mnt/file$n" 2>full.err; do
        n=$((n + 1))
        [ "$n" -lt 100 ] || die "it never becomes full"
    done
    grep -q 'No space left on device' full.err || fail "fill: $(cat full.err)"
    rm "mnt/file$n"
    sync mnt/file0 || fail "cannot be synced"
}

# All whole files are what was written.
check_files() {
    i=0
    while [ "$i" -lt "$n" ]; do
        cmp content "mnt/file$i" || fail "file$i is not what was written"
        i=$((i + 1))
    done
}

# The rest of the room, in one file; then nothing more, of any kind.
exhaust() {
    dd if=/dev/zero of=mnt/rest bs=64k 2>full.err && fail "it never becomes full"
    grep -q 'No space left on device' full.err || fail "exhaust: $(cat full.err)"
    sync mnt/rest || fail "cannot be synced when it is full"
    rest=$(stat -c %s mnt/rest)
    [ "$(head -c "$rest" /dev/zero | cmp - mnt/rest 2>&1)" = "" ] || fail "the rest is not zeros"
    [ "$(free_blocks)" -lt 16 ] || fail "$(free_blocks) blocks are free when it is full"
    must_be_full dd if=content of=mnt/rest bs=64k oflag=append conv=notrunc
    must_be_full cp content mnt/more
    rm -f mnt/more
}

for options in '-t ext4 -b 4096' '-t ext4 -b 1024' '-t ext2 -b 1024'; do
    rm -f image
    mke2fs -q -m 0 -E "root_owner=$(id -u):$(id -g)" $options image 24m || die "mke2fs"
    start_mount image
    empty=$(free_blocks)
    fill
    [ "$n" -ge 4 ] || fail "$options: only $n files were written"
    check_files
    exhaust
    check_files

    # Room again: in place, and of names.
    printf 'here' | dd of=mnt/file1 conv=notrunc 2>/dev/null || fail "cannot write over what is there"
    rm mnt/file0 || fail "cannot remove a file"
    cp content mnt/again && cmp content mnt/again || fail "$options: cannot write after a removal"
    [ "$(head -c 4 mnt/file1)" = here ] || fail "file1 lost what was written over it"
    cmp content mnt/again || fail "what was written after a removal is not there"
    stop_mount INT
    clean image

    # What was there before the end is there after it, and all room comes back.
    start_mount image
    cmp content mnt/again || fail "$options: not there after a restart"
    rm -r mnt/file* mnt/again mnt/rest || fail "$options: cannot be emptied"
    sync mnt/lost+found
    [ $((empty - $(free_blocks))) -le 8 ] || fail "$options: $empty blocks were free, now $(free_blocks)"
    stop_mount INT
    clean image
done

# Full of names: no inode is left, and a file more is refused as if there was no block.
rm -f image
mke2fs -q -N 64 -E "root_owner=$(id -u):$(id -g)" -t ext4 image 8m || die "mke2fs"
start_mount image
n=0
while touch "mnt/$n"; do
    n=$((n + 1))
    [ "$n" -lt 200 ] || die "there is no end of inodes"
done 2>full.err
[ "$n" -gt 40 ] || fail "only $n names of 64 inodes"
must_be_full mkdir mnt/more
must_be_full ln -s target mnt/more
ln mnt/0 mnt/second || fail "a second name needs no inode"
rm mnt/1 && sync mnt/0 && touch mnt/more || fail "there is no inode after a removal"
stop_mount INT
clean image
finish
