#!/bin/sh
# Each feature of ext4 in the table of docs/file-systems.md, on an image that has it: it is written,
# only read, or refused, as the table says. And what the checks of one form or the other must find.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"
mkdir tree tree/dir
echo content >tree/file

# shell IMAGE COMMAND...: one command a line; its output is in the file out.
shell() {
    shell_image=$1
    shift
    printf '%s\n' "$@" quit | timeout 20 "$oolong" run "$ext4/once.ini" --set "image=$shell_image" \
        >out 2>&1
    grep -qE 'does not allow|signal|Sanitizer' out && fail "$1 on $shell_image: $(cat out)"
}

make() { # OPTIONS-OF-mke2fs...
    rm -f image
    mke2fs -q -b 1024 -d tree "$@" image 4m >mke2fs.err 2>&1 || fail "mke2fs $*: $(cat mke2fs.err)"
}

# What mke2fs makes is such a file system; of the others there is the flag alone.
make_with() { # FEATURE
    case $1 in
    resize_inode) make -t ext4 -O ^meta_bg,resize_inode ;;
    meta_bg) make -t ext4 -O ^resize_inode,meta_bg ;;
    uninit_bg) make -t ext4 -O ^metadata_csum,uninit_bg ;;
    sparse_super2) make -t ext4 -O ^resize_inode,sparse_super2 ;;
    bigalloc) make -t ext4 -O bigalloc -C 4096 ;;
    quota | project) make -t ext4 -O "quota,$1" ;;
    verity | stable_inodes | encrypt | casefold | fast_commit | orphan_file | mmp | ea_inode | \
        large_dir | inline_data | metadata_csum_seed | has_journal | ext_attr | dir_index | filetype | \
        extent | 64bit | flex_bg | sparse_super | large_file | huge_file | dir_nlink | extra_isize | \
        metadata_csum) make -t ext4 -O "$1" ;;
    has_snapshot) flag FEATURE_R7 ;; # debugfs has no name for it
    unknown_compat) flag FEATURE_C30 ;;
    unknown_ro_compat) flag FEATURE_R30 ;;
    unknown_incompat) flag FEATURE_I30 ;;
    *) flag "$1" ;;
    esac
}

flag() { # FEATURE
    make -t ext4
    debugfs -w -R "feature $1" image >debugfs.out 2>&1
    grep -q 'Unknown feature' debugfs.out && fail "debugfs cannot set $1: $(cat debugfs.out)"
}

check_feature() { # FEATURE ACCESS
    make_with "$1"
    cp image before
    shell image 'cat /file' 'write /new text' 'cat /new'
    case $2 in
    written)
        grep -q '^content' out && grep -q '^text' out || fail "$1 is not written: $(cat out)"
        ;;
    read)
        grep -q '^content' out || fail "$1 is not read: $(cat out)"
        grep -q "read-only here: .*$1\|read-only here: unknown" out || fail "$1 is not named: $(cat out)"
        grep -q '/new: not permitted' out || fail "$1 is written: $(cat out)"
        cmp -s image before || fail "$1: the image changed"
        ;;
    refused)
        grep -q "cannot be read: \($1\|unknown\)" out || fail "$1 is not refused by name: $(cat out)"
        cmp -s image before || fail "$1: the image changed"
        ;;
    *) fail "docs/file-systems.md: $1 is $2" ;;
    esac
    # A flag without what belongs to it is nothing that e2fsck would take.
    [ "$2" != written ] || [ -s debugfs.out ] || clean image
    rm -f debugfs.out
}

sed -nE 's/^\| `([a-z0-9_-]+)` \| (written|read|refused) .*/\1 \2/p' \
    "$OOLONG_SOURCE/docs/file-systems.md" >rows
[ "$(wc -l <rows)" -ge 40 ] || die "docs/file-systems.md has no table of features"
while read -r feature access; do
    check_feature "$feature" "$access" </dev/null
done <rows

# --- Damage -------------------------------------------------------------------------------------

patch() { # DEBUGFS-COMMAND...
    for patch_command in "$@"; do
        debugfs -w -R "$patch_command" image >debugfs.out 2>&1
    done
}

# A block that is not on the device or is one of the tables of inodes, in the maps of ext2 and the
# extents of ext4: the change is refused, the task goes on, and what others wrote meanwhile is there.
head -c 300000 /dev/zero | tr '\0' x >tree/large
bad_block() { # TYPE PLACE nowhere|inodes
    for change in 'rm /large' 'truncate /large 0' 'truncate /large 100' 'mv /file /large'; do
        make -t "$1"
        inodes=$(dumpe2fs image 2>/dev/null | sed -n 's/.*Inode table at \([0-9]*\)-.*/\1/p' | head -n 1)
        patch "set_inode_field /large $2 $([ "$3" = nowhere ] && echo 99999999 || echo "$inodes")"
        shell image 'write /other text' "$change" 'cat /other'
        grep -q '/large: cannot be read\|/file: cannot be read' out || fail "$1, $2: $change: $(cat out)"
        shell image 'cat /other'
        grep -q '^text' out || fail "$1, $2: $change: what others wrote is lost: $(cat out)"
    done
}
for where in nowhere inodes; do
    bad_block ext2 'block[0]' $where
    bad_block ext2 'block[11]' $where
    bad_block ext2 'block[IND]' $where
    bad_block ext2 'block[DIND]' $where
    bad_block ext4 'block[5]' $where
done
rm tree/large

# Directories that are met again above themselves, or at two places: a walk through all ends.
loop() { # WHERE DEBUGFS-COMMAND...
    loop_at=$1
    shift
    make -t ext4
    patch "$@"
    timeout 20 "$oolong" run "$ext4/once.ini" --set "image=image" --main fstree >out 2>&1
    status=$?
    [ "$status" = 1 ] || fail "$*: fstree ends with $status: $(head out)"
    grep -q "$loop_at: cannot be read" out || fail "$*: $loop_at is not named: $(cat out)"
    grep -q ' /file$' out || fail "$*: the rest is not listed: $(cat out)"
}
loop /loop 'link <2> /loop'
loop /dir/loop 'link <2> /dir/loop'
loop /dir/itself 'link dir /dir/itself'
loop /dir/a/b/up 'mkdir /dir/a' 'mkdir /dir/a/b' 'link dir /dir/a/b/up'
loop /dir/second 'mkdir /first' 'link first /dir/second'

# Somebody else's mount: refused, whatever the table says of the feature.
make -t ext4 -O mmp
at=$(dumpe2fs -h image 2>/dev/null | sed -n 's/^MMP block number: *//p')
printf '\1\0\0\0' | dd of=image bs=1 seek=$((at * 1024 + 4)) conv=notrunc 2>dd.err
cp image before
shell image 'cat /file'
grep -q 'a mount on .* uses it' out || fail "a mount elsewhere is not refused: $(cat out)"
cmp -s image before || fail "a mount elsewhere: the image changed"

# An attribute with an inode of its own.
head -c 5000 /dev/zero | tr '\0' a >value
make -t ext4 -O ea_inode
patch 'ea_set -f value /file user.large'
cp image before
shell image 'rm /file'
grep -q '/file: not permitted' out || fail "a file with such an attribute: $(cat out)"
cmp -s image before || fail "a file with such an attribute: the image changed"
finish
