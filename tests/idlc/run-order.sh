# Numbers depend only on names. The order of files or methods and other interfaces change neither
# numbers nor digests, and a new method changes no other number. A digest changes with all that both
# sides must agree on, and not with comments.
. "$2/tests/idlc/support.sh"

numbers() {
    grep -h '^#define [A-Z0-9_]*_MSG ' "$1/oolong/idl.h" | sort
}
digest() { # of each message, by number
    sed -n "s|^    {\(0x[0-9a-f]*\), 0x[0-9a-f]*, \(0x[0-9a-f]*\), \"$2\",.*|\1 \2|p" "$1/idl_tables.c"
}
compile() {
    cases=$((cases + 1))
    "$idlc" --out-dir "$work/$1" "$work/$1.idl" || fail "$1"
}
same() {
    [ "$(digest "$work/first" x)" = "$(digest "$work/$1" x)" ] || fail "$1: the digest changed"
}
other() {
    [ -n "$(digest "$work/$1" x)" ] || fail "$1: no digest"
    [ "$(digest "$work/first" x)" != "$(digest "$work/$1" x)" ] || fail "$1: same digest"
}

"$idlc" --out-dir "$work/forward" $(base_idl) || fail "base"
"$idlc" --out-dir "$work/backward" $(base_idl | sort -r) || fail "base, backwards"
numbers "$work/forward" > "$work/forward.txt"
numbers "$work/backward" | diff "$work/forward.txt" - || fail "the order of files changes numbers"
for ns in ool discovery task vm shm benchmark launcher fs blk random rtc time net tcpip; do
    cases=$((cases + 1))
    [ "$(digest "$work/forward" $ns)" = "$(digest "$work/backward" $ns)" ] || fail "digest of $ns"
done

cat > "$work/first.idl" <<'IDL'
namespace x {
    enum e { a = 1, b = 2 };
    const c: int = 3;
    rpc one(path: str, kind: e) -> (n: int);
    rpc two(n: int, m: uint8) -> ();
    oneway three();
}
IDL
compile first
numbers "$work/first" > "$work/first.txt"

cat > "$work/shuffled.idl" <<'IDL'
oneway hello();
/// With a doc.
namespace x {
    oneway three();
    rpc two(n: int, m: uint8) -> (); // and a comment
    const c: int = 0x3;
    rpc one(path: str, kind: e) -> (n: int);
    enum e { a = 1, b = 2 };
}
namespace y { rpc one() -> (); }
IDL
compile shuffled
same shuffled
numbers "$work/shuffled" | grep ' X_' > /dev/null || fail "no numbers"
numbers "$work/shuffled" | grep '^#define X_' | diff "$work/first.txt" - || fail "shuffled"

sed 's/oneway three();/oneway three(); rpc four() -> ();/' "$work/first.idl" > "$work/added.idl"
compile added
digest "$work/first" x > "$work/first.digests"
digest "$work/added" x | grep -Fxc -f "$work/first.digests" | grep -qx 5 || # two have replies
    fail "a method that is added changes the others' digests"
numbers "$work/added" | grep -v X_FOUR_ | diff "$work/first.txt" - || fail "a method renumbers"

sed 's/n: int, m: uint8/m: uint8, n: int/' "$work/first.idl" > "$work/fields.idl"
compile fields
other fields
digest "$work/fields" x | grep -Fxc -f "$work/first.digests" | grep -qx 3 ||
    fail "a field changes more than its method's digest"
sed 's/b = 2/b = 4/' "$work/first.idl" > "$work/enums.idl"
compile enums
other enums
sed 's/int = 3/int = 4/' "$work/first.idl" > "$work/consts.idl"
compile consts
other consts
sed 's/(n: int)/(n: uint)/' "$work/first.idl" > "$work/types.idl"
compile types
other types
sed 's/(n: int)/(k: int)/' "$work/first.idl" > "$work/names.idl"
compile names
other names
sed 's/three();/three() = 0x77;/' "$work/first.idl" > "$work/number.idl"
compile number
other number

# Numbers are part of the wire format, so these never change.
cases=$((cases + 1))
for word in 'NOTIFICATIONS_MSG 0x76e5' 'FS_OPEN_MSG 0x60003bbf' 'FS_OPEN_REPLY_MSG 0xbbbf' \
    'BLK_WRITE_MSG 0x2000' 'OOL_SEND_MSG 0x1a9c'; do
    grep -q "^#define $word" "$work/forward/oolong/idl.h" || fail "not $word"
done
finish
