# ok/NAME.idl compiles without a message, its headers compile alone as C and C++, and each file in
# ok/NAME.expected is equal to the one that idlc writes. `UPDATE=1 sh run-ok.sh ...` replaces the
# expected files.
. "$2/tests/idlc/support.sh"

check_case() {
    name=$(basename "$1" .idl)
    out=$work/$name
    cases=$((cases + 1))
    "$idlc" --out-dir "$out" "$1" > "$work/stdout" 2> "$work/stderr" || fail "$name: exit $?"
    if [ -s "$work/stdout" ] || [ -s "$work/stderr" ]; then
        cat "$work/stdout" "$work/stderr"
        fail "$name: idlc said something"
    fi
    (cd "$here/ok/$name.expected" && find . -type f) > "$work/files"
    [ -s "$work/files" ] || fail "$name: nothing is expected of it"
    while read -r file; do
        [ -z "${UPDATE:-}" ] || cp "$out/$file" "$here/ok/$name.expected/$file"
        diff -u "$here/ok/$name.expected/$file" "$out/$file" || fail "$name: $file differs"
    done < "$work/files"
    compile_headers "$out" "$name"
}

for idl in "$here"/ok/*.idl; do
    check_case "$idl"
done
finish
