#!/bin/sh
# Output of tasks, names and paths cannot control the terminal or imitate a line of another task.
# Files and pipes get all bytes unchanged.
. "$OOLONG_SOURCE/tests/system/lib.sh"

cat >bytes.ini <<END
[task bytes]
program = test_log
args = bytes
main = yes
END

# on_terminal LOCALE ARGUMENT...: runs oolong with all three descriptors on a terminal. The file out
# has the output.
mkfifo keys
exec 3<>keys # the terminal gets no input
on_terminal() {
    locale=$1
    shift
    printf '%s\n' "LC_ALL=$locale exec '$oolong' $*" >command
    timeout -s KILL 60 script -qfec '. ./command' /dev/null <keys >raw 2>&1
    sed 's/\r$//' raw >out # the terminal adds the carriage returns
}
says() { # LOCALE WHAT
    grep -aqxF -- "$2" out || fail "$1: there is no line '$2': $(od -c out)"
}

esc=$(printf '\033')
for run in 'C.UTF-8 main' 'C main' 'C.UTF-8 alone' 'C alone'; do
    locale=${run% *}
    if [ "${run#* }" = main ]; then # the main task writes to the command's standard output
        prefix=
        on_terminal $locale run bytes.ini --main bytes
    else
        prefix='[bytes] '
        on_terminal $locale run bytes.ini
    fi
    # The launcher colours the names.
    sed -i -E "s/^$esc\\[3[1-6]m\\[bytes\\]$esc\\[0m /[bytes] /" out
    says "$run" "${prefix}esc ?[31m csi ??c raw ?c cr ?back ? bell ? del ? long ??? rlo ??? lone ?."
    if [ $locale = C ]; then
        says "$run" "${prefix}good ?? ??? ????"
    else
        says "$run" "${prefix}good ü € 😀"
    fi
    sed -i 's/ $//' out # the launcher prints a blank for a carriage return before a newline
    says "$run" "${prefix}crlf"
    says "$run" "${prefix}[vm] ?[2K?[vm] no more"
    says "$run" '[bytes] logged ?[31m ??c ?c ?.'
    LC_ALL=C grep -aq "[$(printf '\001-\010\013-\037\177')]" out && fail "$run: $(od -c out)"
done

# A pipe gets the bytes unchanged.
expect 0 "$oolong" run bytes.ini
{
    printf '[bytes] esc \033[31m csi \302\233c raw \233c cr \rback \b bell \a del \177 '
    printf 'long \340\202\233 rlo \342\200\256 lone \303.\n[bytes] good ü € 😀\n[bytes] crlf\r\n'
    printf '[bytes] logged \033[31m \302\233c \233c \r.\n[bytes] [vm] \033[2K\r[vm] no more\n'
} | cmp - out || fail "the bytes are not as they were: $(od -c out)"

# The shell uses the terminal directly. It prints the contents and names of files.
cat >shell.ini <<END
[task archivefs]
args = files.tar
file.archive = files.tar
serves = fs
profile = archive
[task shell]
calls = archivefs
profile = console
console = yes
main = yes
file.script = script
END
printf 'csi \302\233c raw \233c esc \033c ü cr \rend' >"$(printf 'data\302\233\033ü')"
tar -cf files.tar data*
printf 'ls /\ncat /%s\nquit\n' "$(echo data*)" >script
for locale in C.UTF-8 C; do
    u=$([ $locale = C ] && echo '??' || echo ü)
    e=$([ $locale = C ] && echo '\\303\\274' || echo ü)
    on_terminal $locale run shell.ini
    grep -aqF "data\\302\\233\\033$e" out || fail "$locale: ls prints $(od -c out)"
    grep -aqF "csi ??c raw ?c esc ?c $u cr ?end" out || fail "$locale: cat prints $(od -c out)"
done

# The launcher's own output: paths, names, arguments, options.
name=$(printf 'a\033[31m\302\233b')
printf '[task x]\nprogram = /%s\n[ta%s]\nargs = ${%s}\n' "$name" "$name" "$name" >"$name.ini"
for command in "check '$name.ini'" "run '$name.ini'" "run '$name'" "run bytes.ini --main '$name'" \
    "run bytes.ini --gdb '$name'" "run --$name" "run bytes.ini '$name'" "'$name'" "run --set '$name'"; do
    on_terminal C.UTF-8 "$command"
    grep -aq 'a?\[31m??b' out || fail "$command: $(cat -v out)"
    LC_ALL=C grep -aq "[$(printf '\001-\010\013-\037\177\200-\237')]" out && fail "$command: $(od -c out)"
done
finish
