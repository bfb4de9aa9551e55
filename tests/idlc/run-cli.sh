# The command line: what it prints and returns. A failed run leaves no files behind.
. "$2/tests/idlc/support.sh"

# expect STATUS TEXT ARGUMENTS...: runs idlc. Its output must contain TEXT.
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

# A folder where a file should be: none of the other files is written either.
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

# Files that idlc writes are replaced, others stay.
cases=$((cases + 1))
mkdir -p "$work/o/idl"
echo old > "$work/o/idl/x.h"
echo mine > "$work/o/idl/mine.h"
"$idlc" --out-dir "$work/o" "$good" || fail "a second run"
grep -q x_y "$work/o/idl/x.h" || fail "an old file was not replaced"
grep -q mine "$work/o/idl/mine.h" || fail "another's file was touched"
[ "$(stat -c %a "$work/o/idl/x.h")" = "$(stat -c %a "$good")" ] || fail "not the usual mode"

# The time is not quadratic in the size of the interface. 10,000 methods, and 20,000 errors, take a
# fraction of a second; the limit is in seconds of processor time.
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

# Standard input is read like a file. (The caret counts columns of the terminal.)
expect 0 '' --check - < "$good"
expect 1 '<stdin>:1:19: error: rpc' --check - < "$work/bad.idl"
cases=$((cases + 1))
printf 'oneway a(/* \344\275\240\345\245\275, e\314\201 */ x: nothing);\n' |
    "$idlc" --check - 2> "$work/said"
printf '%30s%s\n' '' '^~~~~~~' > "$work/expected"
sed -n 3p "$work/said" | diff "$work/expected" - || fail "a caret below wide characters"

# Comments that document nothing, or another declaration than they seem to, get a warning, and the
# files are written.
lost() { # TEXT LINE:COLUMN WORDS
    cases=$((cases + 1))
    printf "$1" > "$work/doc.idl"
    "$idlc" --out-dir "$work/doc" "$work/doc.idl" 2> "$work/said" || fail "a warning is an error: $1"
    if [ -n "$2" ]; then
        grep -q "doc.idl:$2: warning: .*$3" "$work/said" || fail "no warning: $1: $(cat "$work/said")"
    else
        [ ! -s "$work/said" ] || fail "a warning: $1: $(cat "$work/said")"
    fi
}
lost 'enum e { a = 1, /// a\n b = 2 };\n' 1:17 'what comes after'
lost 'enum e { a = 1, // a\n b = 2 /// b\n };\n' 2:8 'documents nothing'
lost 'oneway a(); /// a\n/// b\noneway b();\n' 1:13 'what comes after'
lost 'oneway a();\n/// the end\n' 2:1 'documents nothing'
lost '/// a\n/// b\n;\noneway a(x: /// x\n int);\n' 1:1 'documents nothing'
lost '/// x\nnamespace x { oneway a(); }\n/// more\nnamespace x { oneway b(); }\n' 3:1 nothing
lost '/// parts\ninclude "good.idl";\n' 1:1 'documents nothing'
lost '/// x\nnamespace x { /// a\n oneway a( /// b\n b: int, c: int); }\n' ''

# A file that would not change keeps its time. Files of namespaces that are gone are removed.
cases=$((cases + 4))
rm -rf "$work/o"
cat > "$work/two.idl" <<'IDL'
namespace one { oneway a(); }
namespace two { oneway a(); }
IDL
"$idlc" --out-dir "$work/o" "$work/two.idl" || fail "two namespaces"
find "$work/o" -type f -exec touch -d 2001-01-01 {} +
"$idlc" --out-dir "$work/o" "$work/two.idl" || fail "two namespaces, again"
[ -z "$(find "$work/o" -type f -newermt 2002-01-01)" ] || fail "a file was written without need"
sed -i 's/a()/b()/; 2d' "$work/two.idl"
echo '// mine' > "$work/o/idl/mine.h"
ln -s one.h "$work/o/idl/link.h"
"$idlc" --out-dir "$work/o" "$work/two.idl" || fail "one namespace"
[ "$(cd "$work/o/idl" && echo *)" = 'link.h mine.h one.h one_server.h' ] ||
    fail "in idl there is $(ls "$work/o/idl")"
[ -n "$(find "$work/o/idl/one.h" -newermt 2002-01-01)" ] || fail "a change was not written"
[ -z "$(find "$work/o/oolong/idl_stub.h" -newermt 2002-01-01)" ] || fail "idl_stub.h was written"

# The list of dependencies also has the folders in which patterns of includes were looked up. make
# does not fail if one of the files is gone.
cases=$((cases + 1))
mkdir -p "$work/glob/parts/deep" "$work/glob/more"
cp "$good" "$work/glob/parts/deep/x.idl"
printf 'include "parts/*/*.idl";\ninclude "mor[e]/../none[1]*/../mai?.idl";\n' > "$work/glob/main.idl"
sed -i '2d' "$work/glob/main.idl"
(cd "$work/glob" && "$idlc" --out-dir o --depfile d main.idl) || fail "patterns"
cat > "$work/expected" <<'DEPS'
o/oolong/idl.h: \
 main.idl \
 parts/deep/x.idl \
 parts \
 parts/deep
main.idl:
parts/deep/x.idl:
parts:
parts/deep:
DEPS
diff "$work/expected" "$work/glob/d" || fail "the list of dependencies"

# The list goes to a file or to a device, which stays. A link is not followed, and idlc does not
# wait for the reader of a FIFO.
cases=$((cases + 1))
echo old > "$work/target"
ln -s target "$work/link"
mkfifo "$work/fifo"
expect 0 '' --out-dir "$work/o" --depfile /dev/null "$good"
expect 1 'No space left' --out-dir "$work/o" --depfile /dev/full "$good"
expect 1 'symbolic link' --out-dir "$work/o" --depfile "$work/link" "$good"
expect 1 'symbolic link' --out-dir "$work/none/none/o" --depfile "$work/link" "$good"
expect 1 'neither a file nor' --out-dir "$work/o" --depfile "$work/fifo" "$good"
expect 1 'Is a directory' --out-dir "$work/o" --depfile "$work" "$good"
[ -c /dev/null ] && [ -c /dev/full ] && [ -L "$work/link" ] && [ -p "$work/fifo" ] ||
    fail "what --depfile named was replaced"
[ "$(cat "$work/target")" = old ] || fail "a link was followed"
if [ "$(id -u)" = 0 ] && mknod "$work/device" c 1 7 2> /dev/null; then
    expect 1 'No space left' --out-dir "$work/o" --depfile "$work/device" "$good"
    [ -c "$work/device" ] || fail "a device was removed"
fi

# idlc prints at most a screenful of errors, and how many more there are.
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
