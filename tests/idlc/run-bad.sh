# bad/NAME.idl fails with exactly the errors that its lines
#     // expect: LINE:COLUMN: TEXT
# name (an error in an included file has the file before LINE), and leaves no files behind.
. "$2/tests/idlc/support.sh"

check_case() {
    name=$(basename "$1" .idl)
    cases=$((cases + 1))
    (cd "$here/bad" && "$idlc" --out-dir "$work/out/deeper" "$name.idl") \
        > "$work/stdout" 2> "$work/stderr"
    status=$?
    [ "$status" -eq 1 ] || fail "$name: exit $status"
    [ ! -s "$work/stdout" ] || fail "$name: wrote to standard output"
    [ ! -e "$work/out" ] || fail "$name: left something behind"
    sed -n 's/^ *\/\/ expect: //p' "$1" | sort > "$work/expected"
    [ -s "$work/expected" ] || fail "$name: expects nothing"
    sed -n "s/^\([^ ]*:[0-9]*:[0-9]*\): error: /\1: /p" "$work/stderr" |
        sed "s/^$name\.idl://" | sort > "$work/got"
    diff -u "$work/expected" "$work/got" || fail "$name: other errors"
}

for idl in "$here"/bad/*.idl; do
    check_case "$idl"
done
finish
