#!/bin/sh
# An image as a folder of the host, mounted by an ordinary user: the tree of which it was made, then
# thousands of random operations compared with the same on a folder of the host's own, then ends of
# all kinds, after which nothing is mounted.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"
need_fuse
owner=$(id -u):$(id -g)
trap 'kill ${suite:-} 2>/dev/null; fusermount3 -uqz mnt' EXIT

# What find says of a folder (mke2fs keeps times in whole seconds), and what is in its files.
describe() { # FOLDER
    (
        cd "$1" || exit
        find . -mindepth 1 -name lost+found -prune -o -printf '%M %n %s %T@ %P %l\n' |
            sed -E 's/^(d[^ ]* )[0-9]+ [0-9]+ /\1/; s/\.[0-9]+ / /' | sort
        find . -type f ! -name sparse -print0 | sort -z | xargs -0 sha256sum
        tail -c 100 sparse | sha256sum
    )
}

make_tree
for options in '-t ext4 -b 4096' '-t ext2 -b 1024 -I 256'; do
    rm -f image
    mke2fs -q -E "root_owner=$owner" -d tree $options image 160m || die "mke2fs"
    start_mount image
    describe tree >wanted
    describe mnt | diff wanted - >differences ||
        fail "$options: the trees differ: $(head -n 5 differences)"
    cp -a mnt/deep mnt/copy && diff -r tree/deep mnt/copy || fail "$options: the copy differs"
    rm -r mnt/deep mnt/many 'mnt/a b' || fail "$options: cannot be removed"
    stop_mount INT
    clean image
done
rm -rf tree

random() { # SEED OPTIONS-OF-mke2fs...
    seed=$1
    shift
    rm -rf image reference
    mkdir reference
    mke2fs -q -E "root_owner=$owner" "$@" image 200m || die "mke2fs $*"
    start_mount image
    "$OOLONG_BUILD/tests/bin/random_ops" mnt reference 10000 "$seed" || fail "seed $seed: $*"
    stop_mount INT
    clean image
}
random 1 -t ext4 -b 4096
random 2 -t ext4 -b 1024
random 3 -t ext4 -b 4096 -O inline_data -I 512
random 4 -t ext2 -b 1024
rm -rf reference

# If the task that serves the mount is killed, the next one mounts again. If the launcher is killed, the
# folder is unmounted all the same. If another program unmounts it, the task has nothing to do any more.
start_mount image
echo before >mnt/file
kill -KILL "$(pid_of "$suite" fuse)"
await 10000 test -e mnt/file || fail "it is not mounted again: $(cat mount.out)"
[ "$(cat mnt/file)" = before ] || fail "the file is not what it was"
echo after >mnt/file
stop_mount KILL
start_mount image
fusermount3 -u mnt || fail "it cannot be unmounted"
stop_mount TERM
# A service manager signals each process, the one that is there to unmount too.
start_mount image
pkill -TERM -P "$suite" -x oolong || fail "nobody is there to unmount"
stop_mount TERM
finish
