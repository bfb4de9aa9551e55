#!/bin/sh
# A mount of root's, which lets other users in: for them, too, owners and modes count.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"
need_fuse
[ "$(id -u)" = 0 ] || skip "only root can be another user"
command -v setpriv >/dev/null || skip "setpriv is not installed"
trap 'kill ${suite:-} 2>/dev/null; fusermount3 -uqz mnt' EXIT
chmod 711 . # others are let through

other() { # SCRIPT
    setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all sh -c "$1" 2>&1
}
may() { # SCRIPT
    other "$1" >said || fail "refused: $1: $(cat said)"
}
may_not() { # SCRIPT
    other "$1" >said && fail "not refused: $1"
    grep -Eq 'Permission denied|Operation not permitted' said || fail "$1: $(cat said)"
}

mke2fs -q -t ext4 image 16m || die "mke2fs"
start_mount image
chmod 755 mnt
mkdir -m 700 mnt/private && mkdir -m 1777 mnt/shared && mkdir -m 2775 mnt/grouped
chgrp 65534 mnt/grouped
echo content | tee mnt/readable mnt/secret mnt/writable mnt/given mnt/grouped/file mnt/private/file \
    mnt/shared/roots >/dev/null
chmod 644 mnt/readable && chmod 600 mnt/secret mnt/given && chmod 666 mnt/writable
chmod 640 mnt/grouped/file && chown 65534 mnt/given
install -m 4755 /bin/true mnt/set-user-id && chown 65534 mnt/set-user-id && chmod 4755 mnt/set-user-id

may 'test "$(cat mnt/readable)" = content'
may 'echo more >>mnt/writable && cat mnt/given && cat mnt/grouped/file'
may 'echo mine >mnt/shared/mine && test "$(stat -c %u:%g mnt/shared/mine)" = 65534:65534'
may 'echo mine >mnt/grouped/mine && mkdir mnt/grouped/folder && test -g mnt/grouped/folder'
may 'chmod 640 mnt/given && touch -d 2001-01-01 mnt/given && mv mnt/shared/mine mnt/grouped/moved'
may_not 'cat mnt/secret'
may_not 'echo more >>mnt/readable'
may_not 'ls mnt/private'
may_not 'cat mnt/private/file'
may_not 'mkdir mnt/folder'
may_not 'rm -f mnt/readable'
may_not 'rm -f mnt/shared/roots'
may_not 'mv mnt/shared/roots mnt/grouped/roots'
may_not 'echo more >>mnt/grouped/file'
may_not 'chmod 777 mnt/writable'
may_not 'chown 65534 mnt/writable'
may_not 'chown 0 mnt/given'
may_not 'touch -d 2001-01-01 mnt/writable'
# Who writes to a program that is set-user-ID, or shortens it, takes the bit off, unless it is root.
may 'test -u mnt/set-user-id && echo more >>mnt/set-user-id && ! test -u mnt/set-user-id'
chmod 4755 mnt/set-user-id
may 'test -u mnt/set-user-id && truncate -s 1 mnt/set-user-id && ! test -u mnt/set-user-id'
chmod 4755 mnt/set-user-id && echo more >>mnt/set-user-id && [ -u mnt/set-user-id ] ||
    fail "root takes a bit off by writing"
stop_mount TERM
clean image
finish
