# What the tests of idlc share. Each is run as `sh TEST IDLC SOURCE_DIR`, in any folder.
set -u
idlc=$1
here=$2/tests/idlc
top=$2
failures=0
cases=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

finish() {
    echo "$cases cases, $failures failed"
    [ "$failures" -eq 0 ] && [ "$cases" -gt 0 ]
    exit
}

# The interfaces of the base system, from the build's own list.
base_idl() {
    sed -n 's|^ *${CMAKE_SOURCE_DIR}/\([^ )]*\.idl\))*$|\1|p' "$top/cmake/OolongBuild.cmake" |
        sed "s|^|$top/|"
}

# What a compiler says of generated code, as far as it is worth reading.
compiles() {
    "$@" > "$work/compiler" 2>&1 || { head -n 20 "$work/compiler"; return 1; }
}

includes="-I$here/config -I$top/libipc/include"
warnings='-Wall -Wextra -Wshadow -Werror -fsyntax-only'

# compile_headers DIR: each generated header alone and twice, in C and C++, and the tables.
compile_headers() {
    for header in "$1"/oolong/*.h "$1"/idl/*.h; do
        [ -f "$header" ] || continue
        name=${header#"$1"/}
        printf '#include <%s>\n#include <%s>\n' "$name" "$name" > "$work/alone.c"
        cp "$work/alone.c" "$work/alone.cc"
        for cc in $compilers; do
            compiles $cc -std=gnu11 $warnings -I"$1" $includes "$work/alone.c" || fail "$cc: $name of $2"
        done
        for cxx in $cxx_compilers; do
            compiles $cxx $warnings -I"$1" $includes "$work/alone.cc" || fail "$cxx: $name of $2"
        done
    done
    for cc in $compilers; do
        compiles $cc -std=gnu11 $warnings -I"$1" $includes "$1/idl_tables.c" || fail "$cc: tables of $2"
    done
}

# Which of the compilers this machine has.
compilers=
for cc in ${CC:-cc} clang; do
    command -v "$cc" > /dev/null && compilers="$compilers $cc"
done
cxx_compilers=
for cxx in c++ clang++; do
    command -v "$cxx" > /dev/null && cxx_compilers="$cxx_compilers $cxx"
done
[ -n "$cxx_compilers" ] || echo "no C++ compiler here: headers are compiled as C alone"
