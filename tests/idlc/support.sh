# Functions of the tests of idlc. Each test is run as `sh TEST IDLC SOURCE_DIR`, in any folder.
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

# Prints the first lines that a compiler says about generated code.
compiles() {
    "$@" > "$work/compiler" 2>&1 || { head -n 20 "$work/compiler"; return 1; }
}

# The strictest warnings with which a program may include generated headers.
includes="-I$here/config -I$top/libipc/include"
warnings='-Wall -Wextra -Wshadow -Werror -fsyntax-only'
strict="-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wcast-align
    -Wundef -Wredundant-decls -Wwrite-strings -Wpointer-arith -Wformat=2 -Wdouble-promotion
    -Wswitch-enum -Wswitch-default -Wfloat-equal -Wvla -Wmissing-declarations -Werror -fsyntax-only"
strict_c="-std=c11 -Wstrict-prototypes -Wold-style-definition -Wmissing-prototypes"
strict_gcc_cxx="-Wold-style-cast -Wuseless-cast -Wzero-as-null-pointer-constant -Wnon-virtual-dtor"
strict_clang_cxx="-Wold-style-cast -Wzero-as-null-pointer-constant -Wnon-virtual-dtor"

# Includes headers of the system and of libipc, before and after the generated ones: their macros
# and declarations must not conflict.
system_headers='assert complex ctype errno fcntl math netdb netinet/in poll pthread sched semaphore
    signal stdio stdlib string sys/mman sys/socket sys/stat sys/sysmacros sys/wait time unistd
    resea/cmdline resea/handle resea/printf resea/syscall resea/task resea/timer oolong/list'
compile_together() {
    (cd "$1" && ls oolong/*.h idl/*.h 2> /dev/null) | sed 's/.*/#include <&>/' > "$work/ours"
    printf '#include <%s.h>\n' $system_headers > "$work/theirs"
    cat "$work/theirs" "$work/ours" > "$work/behind.c"
    cat "$work/ours" "$work/theirs" > "$work/before.c"
    grep -v complex "$work/behind.c" > "$work/behind.cc"
    for order in behind before; do
        compiles ${CC:-cc} -std=gnu11 -D_GNU_SOURCE $warnings -I"$1" $includes "$work/$order.c" ||
            fail "headers of $2 $order the system's"
    done
    command -v c++ > /dev/null || return
    compiles c++ $warnings -I"$1" $includes "$work/behind.cc" ||
        fail "headers of $2 behind the system's, in C++"
}

# compile_headers DIR WHAT: compiles each generated header alone and included twice, the tables, and
# all headers together with those of the system, in C and C++.
compile_headers() {
    rm -rf "$work/alone"
    mkdir "$work/alone"
    for header in "$1"/oolong/*.h "$1"/idl/*.h; do
        [ -f "$header" ] || continue
        name=${header#"$1"/}
        printf '#include <%s>\n#include <%s>\n' "$name" "$name" > "$work/alone/${name%/*}_${name#*/}.c"
    done
    cp "$1/idl_tables.c" "$work/alone"
    for file in "$work"/alone/*.c; do
        cp "$file" "${file%.c}.cc"
    done
    # That each header compiles alone is checked with one compiler. The other compiles one file with
    # all of them, for its warnings.
    cat "$work"/alone/*.c > "$work/all.c"
    cp "$work/all.c" "$work/all.cc"
    for cc in $compilers; do
        [ "$cc" = clang ] && files=$work/all.c || files=$work/alone/*.c
        compiles $cc $strict_c $strict -I"$1" $includes $files || fail "$cc: $2"
    done
    for cxx in $cxx_compilers; do
        [ "$cxx" = clang++ ] && files=$work/all.cc || files=$work/alone/*.cc
        [ "$cxx" = clang++ ] && more=$strict_clang_cxx || more=$strict_gcc_cxx
        compiles $cxx -std=c++17 $strict $more -I"$1" $includes $files || fail "$cxx: $2"
    done
    compile_together "$1" "$2"
}

# The compilers that this machine has.
compilers=
for cc in ${CC:-cc} clang; do
    command -v "$cc" > /dev/null && compilers="$compilers $cc"
done
cxx_compilers=
for cxx in c++ clang++; do
    command -v "$cxx" > /dev/null && cxx_compilers="$cxx_compilers $cxx"
done
[ -n "$cxx_compilers" ] || echo "no C++ compiler here: headers are compiled as C alone"
