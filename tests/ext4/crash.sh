#!/bin/sh
# kill -9 of the file system's and of the disk's task while files are written: what was synced is
# there, clients go on with the next one, no other task ends, and the image that is left needs its
# journal replayed and nothing else.
. "$OOLONG_SOURCE/tests/system/lib.sh"
. "$OOLONG_SOURCE/tests/ext4/lib.sh"
need_fuse
trap 'kill $churn 2>/dev/null; kill ${suite:-} 2>/dev/null; fusermount3 -uqz mnt' EXIT
churn=
rounds=${OOLONG_CRASH_ROUNDS:-4}

# Changes of all kinds without end, of which nothing is expected but that they go on.
churn() {
    n=0
    while :; do
        n=$((n + 1))
        mkdir -p "mnt/churn/$((n % 7))"
        head -c $((n * 977 % 90000)) /dev/urandom >"mnt/churn/$((n % 7))/$((n % 13))"
        mv "mnt/churn/$((n % 7))/$((n % 13))" "mnt/churn/$((n % 5))/moved"
        ln "mnt/churn/$((n % 5))/moved" "mnt/churn/$n"
        rm -r "mnt/churn/$((n - 9))" "mnt/churn/$((n * 3 % 7))"
        truncate -s $((n * 331 % 100000)) "mnt/churn/$((n - 3))"
    done >/dev/null 2>&1
}

# Writes a file and notes it once it is synced. It may fail while there is nobody to write to.
put() { # NAME
    head -c $((1 + $1 * 7919 % 60000)) /dev/urandom >content
    mkdir -p "mnt/kept/$(($1 % 4))" && cp content "mnt/kept/$(($1 % 4))/$1" &&
        sync "mnt/kept/$(($1 % 4))/$1" &&
        echo "$(sha256sum <content | cut -d' ' -f1)  kept/$(($1 % 4))/$1" >>synced
}

check_synced() { # WHEN
    [ -s synced ] || return 0
    (cd mnt && sha256sum --quiet -c ../synced) >check.out 2>&1 ||
        fail "$1: what was synced is not there: $(head -n 3 check.out)"
}

mke2fs -q -t ext4 -E "root_owner=$(id -u):$(id -g)" image 64m || die "mke2fs"
: >synced
file=0
for round in $(seq "$rounds"); do
    start_mount image
    check_synced "round $round, at the beginning"
    churn &
    churn=$!
    for victim in ext4fs disk ext4fs; do
        for i in 1 2 3; do
            file=$((file + 1))
            put "$file" 2>>put.err
        done
        sleep "0.0$((round * 37 % 10))" # not always right after a sync
        kill -KILL "$(pid_of "$suite" "$victim")"
        await 10000 ls mnt/kept || fail "$victim: clients do not go on: $(tail -n 3 mount.out)"
        check_synced "round $round, after the end of $victim"
    done
    kill $churn
    wait $churn 2>/dev/null
    stop_mount KILL # all at once
    cp image copy
    e2fsck -E journal_only -p copy >fsck.out 2>&1
    [ $? -le 1 ] || fail "round $round: the journal cannot be replayed: $(cat fsck.out)"
    clean copy
    [ $((round % 2)) = 0 ] && continue # the next round's ext4fs replays it
    e2fsck -fy image >fsck.out 2>&1
    [ $? -le 1 ] || fail "round $round: e2fsck leaves errors: $(cat fsck.out)"
done
start_mount image
check_synced "at the end"
[ "$(wc -l <synced)" -ge $((rounds * 6)) ] || fail "only $(wc -l <synced) files could be synced"
stop_mount INT
clean image
echo "$(wc -l <synced) files synced, $((rounds * 3)) tasks killed, $rounds suites killed"
grep -E 'task .*(ended|killed|crashed|signal)' mount.out | grep -vE 'task (ext4fs|disk) ' &&
    fail "another task ended"
finish
