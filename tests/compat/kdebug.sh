#!/bin/sh
# What compat_kdebug prints, and the launcher's messages before it.
. "$OOLONG_SOURCE/tests/system/lib.sh"

printf '[suite]\nname = compat\n[task compat_kdebug]\nrights = inspect\nautostart = no\n' >suite.ini
expect 0 "$oolong" run --verbose suite.ini --main compat_kdebug
sed -n '/^tasks:/,/^commands:/p' out | grep -q compat_kdebug || fail "ps prints: $(cat out)"
sed -n '/^tasks:/,/^commands:/p' out | grep -q ' vm ' || fail "ps prints: $(cat out)"
sed -n '/^commands:/,/^end/p' out | grep -q '^q  *ends the suite' || fail "help prints: $(cat out)"
sed '/^tasks:/,$d' out | grep . && fail "it prints before it should"
finish
