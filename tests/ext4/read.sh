#!/bin/sh
# Images made by mke2fs from a real tree: every file is read back as it is, whatever the file system's
# blocks and features.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"

make_tree
(cd tree && find . -type f ! -name sparse -print0 | LC_ALL=C sort -z | sed -z 's/^\.//') >paths
count=$(tr -cd '\0' <paths | wc -c)
[ "$count" -gt 600 ] || die "only $count files"
# What fstree says: kinds, modes, sizes and names.
(cd tree && find . -mindepth 1 -printf '%M %s %P\n' | LC_ALL=C sort) >wanted

read_all() {
    run image "fscat $(quote <paths)"
}

compare() { # OPTIONS-OF-mke2fs...
    rm -f image
    mke2fs -q -d tree "$@" image 160m || die "mke2fs $*"
    xargs -0 -I{} cat 'tree{}' <paths >contents
    expect 0 read_all
    cmp out contents || fail "$*: files differ"
    expect 0 run image "fscat /link /long"
    cat tree/link tree/long | cmp - out || fail "$*: what links lead to differs"
    expect 0 run image fstree
    sed -E 's, +([0-9]+) /, \1 ,; s/ -> .*//' out | grep -v ' lost+found$' |
        sed -E 's/^(d[^ ]*) [0-9]+ /\1 - /; s/^(l[^ ]*) [0-9]+ /\1 - /' | LC_ALL=C sort >have
    sed -E 's/^(d[^ ]*) [0-9]+ /\1 - /; s/^(l[^ ]*) [0-9]+ /\1 - /' wanted | LC_ALL=C sort |
        diff - have >differences || fail "$*: trees differ: $(head -n 5 differences)"
    clean image
}

compare -t ext4 -b 4096
compare -t ext4 -b 1024
compare -t ext4 -b 4096 -O inline_data,^metadata_csum -I 256
compare -t ext4 -b 2048 -O ^extents,^64bit,^flex_bg
compare -t ext3 -b 4096
compare -t ext2 -b 1024 -I 128
compare -t ext4 -b 4096 -O bigalloc -C 16384 # read-only
finish
