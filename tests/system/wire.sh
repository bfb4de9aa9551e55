#!/bin/sh
# Programs with another wire version are refused, and the error names them. The launcher refuses
# them before it starts them. Under another launcher, they refuse to run.
. "$OOLONG_SOURCE/tests/system/lib.sh"
other_launcher=$1
hello=$OOLONG_LIBEXEC/hello

expect 0 "$oolong" --version
version=$(sed -nE 's/^oolong [0-9.]+ \(wire ([89a-f][0-9a-f]{7})\)$/\1/p' out)
[ -n "$version" ] || die "no wire version in: $(cat out)"

# The note of the program begins here: the lengths of its name and of the version, its type, its
# name.
header='\x07\x00\x00\x00\x04\x00\x00\x00\x01\x00\x00\x00Oolong\x00\x00'
note=$(LC_ALL=C grep -obUaP "$header" "$hello" | head -n 1 | cut -d : -f 1)
[ -n "$note" ] || die "$hello has no note"

# doctored NAME OFFSET BYTES: makes a copy of the program with other bytes in its note.
doctored() {
    cp "$hello" "$1"
    printf "$3" | dd of="$1" bs=1 seek=$((note + $2)) conv=notrunc 2>/dev/null
}

doctored other 20 '\001\002\003\204'
doctored nameless 12 'N'
doctored endless_name 0 '\377\377\377\377'
doctored endless_version 4 '\377\377\377\377'
head -c 40 "$hello" >truncated
head -c $((note + 10)) "$hello" >cut
printf '#!/bin/sh\n' >script
: >empty
chmod +x truncated cut script empty

another="it was built with another version of Oolong (wire 84030201, this is $version): build it again"
none="it was built with an older version of Oolong, or is no program for Oolong (no wire version, this is $version): build it again"

# refused WHAT TEXT OOLONG-ARGUMENTS...: the command prints the text and starts no task.
refused() {
    what=$1 text=$2
    shift 2
    expect 1 timeout -s KILL 20 "$oolong" "$@"
    grep -qF "$text" err || fail "$what: no \"$text\" in: $(cat err)"
    ! grep -q 'Hello' out err || fail "$what: it was started"
}

for program in other nameless endless_name endless_version truncated cut script empty; do
    why=$none
    [ $program = other ] && why=$another
    printf '[task me]\nprogram = ./%s\nmain = yes\n' $program >suite.ini
    for command in check run; do
        refused "$program" "suite.ini:2: error: task me: cannot run ./$program: $why" \
            $command suite.ini
    done
    echo '[suite]' >plain.ini
    refused "--main $program" "task $program: cannot run ./$program: $why" \
        run plain.ini --main "./$program"
    printf '[suite]\nvm = ./%s\n[task hello]\nmain = yes\n' $program >vm.ini
    refused "vm = $program" "cannot run the vm server ./$program: $why" run vm.ini
done

# The launcher checks a program that no suite file names when a task asks for it.
mkdir -p bin libexec/oolong
cp "$oolong" bin/
cp "$OOLONG_LIBEXEC/vm" "$OOLONG_LIBEXEC/shell" "$hello" other libexec/oolong/
printf '[task shell]\nprofile = console\nconsole = yes\nrights = launch quit\nmain = yes\n' >shell.ini
for program in hello other; do
    echo "launch $program" | bin/oolong run shell.ini >out 2>err
    status=$?
    case $program in
    hello) [ $status = 0 ] && grep -q Hello out || fail "launch hello: $status, $(cat out err)" ;;
    other) [ $status = 1 ] && ! grep -q Hello out && grep -qF "/other: $another" err ||
        fail "launch other: $status, $(cat out err)" ;;
    esac
done

# Conversely, the program reads the launcher's version before it looks at any other word.
for boot in other none zero many_descriptors short long; do
    expect 0 "$other_launcher" $boot "$hello"
    theirs=$(printf '%08x' $((0x$version ^ 1)))
    case $boot in none | zero) theirs=none ;; esac
    text="hello: it was built with another version of Oolong than the launcher (wire $version, the launcher's is $theirs): build it again"
    [ "$(cat err)" = "$text" ] || fail "boot $boot: $(cat err)"
done
expect 0 "$other_launcher" same "$hello"
grep -q 'another version' err && fail "the same version: $(cat err)"
finish
