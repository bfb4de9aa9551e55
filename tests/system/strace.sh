#!/bin/sh
# Only vm copies memory between processes. strace shows that only vm calls process_vm_readv and
# process_vm_writev.
. "$OOLONG_SOURCE/tests/system/lib.sh"

command -v strace >/dev/null || skip "there is no strace"
strace -f -o probe true 2>/dev/null || skip "strace cannot trace here: $(cat probe 2>/dev/null)"

expect 0 strace -f -e trace=execve,process_vm_readv,process_vm_writev -o trace \
    "$oolong" run "$here/scenario.ini" --set scenario=memory_of_the_program
vm=$(sed -nE 's/^([0-9]+) +execve\(.*\/vm", .* = 0$/\1/p' trace)
[ "$(echo "$vm" | wc -l)" = 1 ] && [ -n "$vm" ] || die "not one vm: $(grep execve trace)"
for call in process_vm_readv process_vm_writev; do
    grep -qE "^$vm +$call\(" trace || fail "vm did not call $call"
    grep -E "$call" trace | grep -vE "^$vm " && fail "another one called $call"
done
[ "$(grep -c 'execve(' trace)" -ge 7 ] || fail "too few processes: $(grep execve trace)"
finish
