#!/bin/sh
# An archive as a folder of the host: it reads as the tree that was packed, and nothing can be
# changed.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"
need_fuse
suite_file=$ext4/archive.ini
trap 'kill ${suite:-} 2>/dev/null; fusermount3 -uqz mnt' EXIT

refused() { # COMMAND...
    "$@" 2>refusal && fail "not refused: $*"
    grep -q 'Read-only file system' refusal || fail "$*: $(cat refusal)"
}

make_tree
rm tree/sparse # whose five gigabytes would be read
for format in gnu pax; do
    tar --format=$format --sparse -C tree -cf archive . || die "tar"
    [ $format = pax ] && gzip -c archive >zipped && mv zipped archive
    start_mount archive
    diff -r --no-dereference tree mnt || fail "$format: the trees differ"
    [ "$(readlink mnt/link)" = 'a b/3 MB' ] || fail "$format: a link differs"
    [ "$(stat -c '%a %s %Y' mnt/hole)" = "$(stat -c '%a %s %Y' tree/hole)" ] ||
        fail "$format: attributes differ: $(stat -c '%a %s %Y' mnt/hole)"
    tail -c 100000 mnt/deep/er/300001 | cmp - mnt/deep/er/300001 -i 0:200001 ||
        fail "$format: the end of a file differs"
    refused touch mnt/new
    refused touch mnt/link
    refused mkdir mnt/new
    refused rm mnt/hole
    refused rmdir mnt/empty
    refused mv mnt/hole mnt/other
    refused ln mnt/hole mnt/other
    refused ln -s target mnt/other
    refused chmod 600 mnt/hole
    refused truncate -s 0 mnt/hole
    cat mnt/none 2>/dev/null && fail "$format: there is what is not there"
    stop_mount INT
done

# What cannot be read is not mounted.
head -c 1000 /dev/urandom >archive
mkdir -p mnt
timeout 10 "$oolong" run "$suite_file" --set image=archive --set mountpoint=mnt >mount.out 2>&1
grep -q 'archive' mount.out || fail "nobody says what is wrong: $(cat mount.out)"
await 3000 is_not_mounted mnt || fail "no archive is mounted"
finish
