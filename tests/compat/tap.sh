#!/bin/sh
# The stack of net_stack.c on a TAP interface. `tap` pulls the frames that the stack queues, and
# sends it the frames of the host, which answers.
address=10.0.2.2/24
. "$OOLONG_SOURCE/tests/system/tap-namespace.sh"

expect 0 $as_user "$oolong" run "$OOLONG_SOURCE/tests/compat/tap.ini" --set tap=tap0
cat out err >all
grep -E 'panic:|oops:|Sanitizer' all >&2 && fail "a task complains"
grep -qF "$(cat "$OOLONG_SOURCE/tests/compat/net_stack.out")" out || fail "another output: $(cat out)"
finish
