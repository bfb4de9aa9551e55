# Helpers of the tests of ext4fs; sourced by them after tests/system/lib.sh.
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C # names are bytes here
ext4=$OOLONG_SOURCE/tests/ext4
could_mount=
for tool in mke2fs e2fsck debugfs; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done

# run IMAGE MAIN: one command on an image.
run() {
    "$oolong" run "$OOLONG_SOURCE/suites/disk.ini" --set "image=$1" --main "$2"
}

# clean IMAGE: e2fsck finds nothing to complain of.
clean() {
    e2fsck -fn "$1" >fsck.out 2>&1 || {
        fail "e2fsck complains of $1"
        sed 's/^/    /' fsck.out | head -n 30 >&2
    }
}

# The NUL-terminated paths of standard input as words for --main.
quote() {
    xargs -0 printf '%s\0' | sed -z "s/'/'\\\\''/g; s/.*/'&'/" | tr '\0' ' '
}

# A tree with what file systems get wrong: empty and large files, holes, long names, links, names that
# are not UTF-8, many entries in a directory.
make_tree() {
    mkdir -p tree/empty 'tree/a b' 'tree/ünï/çødé' tree/deep/er/and/deep/er tree/many
    i=0
    while [ "$i" -lt 600 ]; do
        i=$((i + 1))
        echo "$i" >"tree/many/file number $i"
    done
    : >tree/empty/file
    for size in 1 59 60 61 1023 1024 4095 4096 4097 12289 65536 300001; do
        # mke2fs -d loses a last block of zeros in a file system with inline_data.
        { head -c $((size - 1)) /dev/urandom && printf x; } >"tree/deep/er/$size"
    done
    head -c 3000000 /dev/urandom >'tree/a b/3 MB'
    truncate -s 70000 tree/hole
    printf 'end' >>tree/hole
    truncate -s 5G tree/sparse
    printf 'end' >>tree/sparse
    echo x >"tree/$(printf 'n%.0s' $(seq 255))"
    echo y >"$(printf 'tree/not \377 UTF-8')"
    ln -s 'a b/3 MB' tree/link
    ln -s "$(printf './%.0s' $(seq 100))hole" tree/long
    ln tree/hole tree/second
    chmod 0640 tree/hole
    touch -d '2001-02-03 04:05:06' 'tree/a b/3 MB'
}

# Whether this user can mount with FUSE here; else the test is skipped. (That the kernel refuses to
# mount, as in many containers, is seen by the first start_mount.)
need_fuse() {
    command -v fusermount3 >/dev/null || skip "fusermount3 is not installed"
    [ -c /dev/fuse ] || skip "there is no /dev/fuse"
    [ -r /dev/fuse ] && [ -w /dev/fuse ] || skip "/dev/fuse is not this user's to use"
}

# is_mounted FOLDER
is_mounted() {
    grep -q " $(pwd -P)/$1 fuse" /proc/mounts
}

is_not_mounted() {
    ! is_mounted "$1"
}

suite_file=$ext4/mount.ini
# start_mount IMAGE: mounts it on the folder `mnt`; $suite is its launcher.
start_mount() {
    mkdir -p mnt
    mounted_image=$1
    env --default-signal=INT "$oolong" run "$suite_file" --set "image=$1" --set mountpoint=mnt \
        >>mount.out 2>&1 </dev/null &
    suite=$!
    await 10000 is_mounted mnt || cannot_mount
    could_mount=yes
}

cannot_mount() {
    [ -z "$could_mount" ] && grep -q 'mount failed: Operation not permitted' mount.out &&
        skip "nobody may mount here: $(grep 'mount failed' mount.out)"
    die "it is not mounted: $(cat mount.out)"
}

# stop_mount SIGNAL: ends the suite, after which nothing is mounted.
stop_mount() {
    kill "-$1" "$suite" 2>/dev/null
    wait "$suite"
    await 3000 is_not_mounted mnt || fail "it is still mounted after SIG$1"
    [ "$1" = KILL ] || ! dumpe2fs -h "$mounted_image" 2>&1 | grep -q needs_recovery ||
        fail "ext4fs did not end in order after SIG$1"
    grep -E 'Sanitizer|runtime error|does not allow' mount.out && fail "a task went wrong"
}
