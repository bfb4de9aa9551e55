#!/bin/sh
# A server and a client in the microkernel's style, and two programs that were compiled from
# different versions of one interface.
. "$OOLONG_SOURCE/tests/system/lib.sh"

expect 0 "$oolong" run "$here/compat.ini" --main "test_compat_client 'hello, world' second"
printf 'hello, world\nsecond\n102\n{"type": "metric", "key": "notes", "value": 16}\n' | diff - out >&2 ||
    fail "another output: $(cat err)"
grep -q '^\[notes\] ready$' err || fail "the server did not say that it is ready"

# In the interface of test_old_client, one message has another field. That message is refused by
# name; the other messages work.
expect 0 "$oolong" run "$here/compat.ini" --main test_old_client
grep -q 'notes\.get: .* another version' err || fail "nobody names it: $(cat err)"

# Many methods have changed, and one number means another method.
expect 0 "$oolong" run "$here/compat.ini" --main test_changed_client
grep -q 'chat\.add: .* another' err || fail "nobody names it: $(cat err)"
grep -q 'different versions of message 0x.* and 150 other messages' err ||
    fail "the launcher does not say how many: $(cat err)"
finish
