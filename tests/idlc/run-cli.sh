# The command line: what it prints and returns, and that a failed run leaves nothing behind.
. "$2/tests/idlc/support.sh"

# expect STATUS TEXT ARGUMENTS...: runs idlc; TEXT stands in what it prints.
expect() {
    cases=$((cases + 1))
    wanted=$1
    text=$2
    shift 2
    "$idlc" "$@" > "$work/said" 2>&1
    status=$?
    [ "$status" -eq "$wanted" ] || fail "idlc $*: exit $status, not $wanted"
    [ -z "$text" ] || grep -qF -- "$text" "$work/said" || { cat "$work/said"; fail "idlc $*: does not say $text"; }
}
absent() {
    [ ! -e "$1" ] || fail "$1 was left behind"
}

good=$work/good.idl
echo 'namespace x { rpc y(data: bytes, path: str) -> (delete: int); }' |
    sed 's/delete/value/' > "$good"
echo 'namespace x { rpc y(); }' > "$work/bad.idl"

expect 0 'Usage: idlc' --help
expect 0 'idlc ' --version
expect 2 'give one of' "$good"
expect 2 'give one of' --check --out-dir "$work/o" "$good"
expect 2 'no files' --check
expect 2 'names no folder' --out-dir '' "$good"
expect 2 'goes with --out-dir' --check --depfile "$work/d" "$good"
expect 2 'unrecognized option' --nonsense
expect 0 '' --check "$good"
expect 0 '' --check "$good" "$good"
expect 1 'rpc `y` does not say what it replies' --check "$work/bad.idl"
expect 1 'No such file' --check "$work/absent.idl"
expect 1 'Is a directory' --check "$work"
expect 0 'x_dispatch' --skeleton x "$good"
expect 1 'no namespace `z`' --skeleton z "$good"

expect 1 'bad.idl:1:19: error:' --out-dir "$work/o" --depfile "$work/d" "$work/bad.idl"
absent "$work/o"
absent "$work/d"

# A file where a folder should be.
: > "$work/file"
expect 1 'Not a directory' --out-dir "$work/file/o" "$good"
mkdir "$work/o"
: > "$work/o/idl"
expect 1 'Not a directory' --out-dir "$work/o" --depfile "$work/d" "$good"
absent "$work/o/oolong"
absent "$work/d"
rm -r "$work/o"

# A folder where a file should be: none of the others appears either.
mkdir -p "$work/o/idl_tables.c/full"
expect 1 'idl_tables.c' --out-dir "$work/o" "$good"
cases=$((cases + 1))
[ -z "$(find "$work/o" -name '*.??????')" ] || fail "temporary files were left behind"
rm -r "$work/o"

# Files that cannot grow.
cases=$((cases + 1))
(ulimit -f 1; trap '' XFSZ; "$idlc" --out-dir "$work/o" "$good") 2> "$work/said" &&
    fail "a full disk went unnoticed"
absent "$work/o"

# What is there already is replaced, and what idlc does not write stays.
cases=$((cases + 1))
mkdir -p "$work/o/idl"
echo old > "$work/o/idl/x.h"
echo mine > "$work/o/idl/mine.h"
"$idlc" --out-dir "$work/o" "$good" || fail "a second run"
grep -q x_y "$work/o/idl/x.h" || fail "an old file was not replaced"
grep -q mine "$work/o/idl/mine.h" || fail "another's file was touched"
[ "$(stat -c %a "$work/o/idl/x.h")" = "$(stat -c %a "$good")" ] || fail "not the usual mode"

# Time grows with the interface, not with its square: seconds of the processor, for 10,000 methods
# and for 20,000 errors, which take a fraction of one.
cases=$((cases + 2))
awk 'BEGIN {
    print "namespace q {"
    for (i = 1; i <= 10000; i++)
        printf "rpc m%d(a%d: int, d: bytes) -> (b: int, s: str) = %d;\n", i, i % 7, i
    print "}"
}' > "$work/large.idl"
(ulimit -t 5; "$idlc" --out-dir "$work/large" "$work/large.idl") || fail "10,000 methods"
awk 'BEGIN { for (i = 1; i <= 20000; i++) printf "type t%d = nothing%d;\n", i, i }' > "$work/wrong.idl"
(ulimit -t 5; "$idlc" --check "$work/wrong.idl") 2> "$work/said"
grep -q '^idlc: 19980 more errors' "$work/said" || fail "20,000 errors: $(tail -n 1 "$work/said")"

# No more than a screenful of errors, and how many more there are.
cases=$((cases + 1))
i=0
while [ $i -lt 50 ]; do
    echo "oneway m$i(x: nothing);"
    i=$((i + 1))
done > "$work/many.idl"
"$idlc" --check "$work/many.idl" 2> "$work/said"
[ "$(grep -c ': error: ' "$work/said")" -eq 20 ] || fail "not 20 errors"
grep -q '^idlc: 30 more errors not shown' "$work/said" || fail "does not say how many more"
finish
