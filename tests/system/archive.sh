#!/bin/sh
# Files out of archives, byte for byte: 5,000 small ones, one of 200 MiB, and broken archives.
. "$OOLONG_SOURCE/tests/system/lib.sh"

run() { # ARCHIVE MAIN
    "$oolong" run "$OOLONG_SOURCE/suites/archive.ini" --set "archive=$1" --main "$2"
}

# The NUL-terminated paths of standard input as words for --main.
quote() {
    xargs -0 printf '%s\0' | sed -z "s/'/'\\\\''/g; s/.*/'&'/" | tr '\0' ' '
}

make_tree() {
    mkdir -p tree/empty 'tree/a b' 'tree/ünï/çødé' tree/deep/er/and/deep/er
    i=0
    for dir in tree 'tree/a b' 'tree/ünï/çødé' tree/deep/er/and/deep/er; do
        for n in $(seq 1000); do
            i=$((i + 1))
            printf '%s %d\n' "$dir" "$i" >"$dir/file $n"
        done
    done
    for n in $(seq 500); do
        : >"tree/empty/$n"
        head -c $((n * 37)) /dev/zero | tr '\0' "\\$((n % 8))" >"tree/a b/größe-$n.bin"
    done
    printf 'quote\n' >"tree/it's"
    printf 'dollar\n' >'tree/$HOME "x" \'
    printf 'new\nline\n' >"tree/new
line"
}

# Compares the files in pieces of 1000, which fit in a command line. fscat must write the same bytes
# as cat.
compare_all() { # ARCHIVE
    (cd tree && find . -type f -print0 | LC_ALL=C sort -z | sed -z 's/^\.//') >paths
    count=$(tr -cd '\0' <paths | wc -c)
    [ "$count" -gt 5000 ] || fail "only $count files"
    first=1
    while [ "$first" -le "$count" ]; do
        sed -zn "$first,$((first + 999))p" paths >some
        expect 0 run "$1" "fscat $(quote <some)"
        sed -z 's/^/tree/' some | xargs -0 cat | cmp - out || fail "files from number $first on differ"
        first=$((first + 1000))
    done
}

make_tree
tar -C tree -cf tree.tar .
compare_all tree.tar
tar -C tree -czf tree.tar.gz .
expect 0 run tree.tar.gz "fscat '/a b/file 77' '/a b/größe-500.bin' /empty/1 \"/it's\""
cat 'tree/a b/file 77' 'tree/a b/größe-500.bin' "tree/it's" | cmp - out || fail "tar.gz differs"

expect 0 run tree.tar fstree
ours=$(wc -l <out)
theirs=$(bsdtar -tf tree.tar | wc -l)
difference=$((ours - theirs))
[ "${difference#-}" -le 1 ] || fail "fstree lists $ours entries, bsdtar $theirs"

# Unknown paths alone, and beside known ones.
expect 1 run tree.tar 'fscat /no/such/file'
[ "$(wc -c <out)" = 0 ] || fail "something was written"
[ "$(grep -c '/no/such/file' err)" = 1 ] || fail "not one line names it: $(cat err)"
expect 1 run tree.tar "fscat '/file 1' /nothing '/file 2'"
cat 'tree/file 1' 'tree/file 2' | cmp - out || fail "the others were not written"
expect 1 run tree.tar 'fscat /empty'
grep -q '/empty' err || fail "the directory is not named: $(cat err)"

# A large file, streamed.
head -c 209715200 /dev/urandom >large
tar -cf large.tar large
run large.tar 'fscat /large' 2>err | cmp - large || fail "200 MiB differ: $(cat err)"
rm large.tar large

# Broken ones: an error that names the file, and no crash.
broken() { # FILE PATH
    status=0
    run "$1" "fscat '$2'" >out 2>err </dev/null || status=$?
    [ "$status" != 0 ] || fail "$1: exit status 0"
    [ "$status" -lt 128 ] || fail "$1: exit status $status: $(cat err)"
    grep -qF -e "$1" -e "$2" err || fail "$1: no line names it: $(cat err)"
    grep -qE 'signal|SIG[A-Z]+|Sanitizer' err && fail "$1: crashed: $(cat err)"
}
size=$(wc -c <tree.tar)
head -c $((size / 2 + 700)) tree.tar >half.tar
broken half.tar '/no/such/file'
head -c $(($(wc -c <tree.tar.gz) / 2)) tree.tar.gz >half.tar.gz
broken half.tar.gz '/no/such/file'
head -c 100000 /dev/urandom >garbage.tar
broken garbage.tar '/file 1'
: >empty.tar
broken empty.tar '/file 1'
(head -c 5000 tree.tar && head -c 5000 /dev/urandom && tail -c +10001 tree.tar) >corrupt.tar
broken corrupt.tar '/no/such/file'
broken missing.tar '/file 1'
finish
