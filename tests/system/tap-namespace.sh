# Starts the script that sources it again, in a network namespace of its own with the interface tap0,
# which has the address $address on the host's side.
[ -w /dev/net/tun ] || { echo "skipped: /dev/net/tun is not available" >&2; exit 77; }
namespaces=n
tools='ping curl'
probe='ip tuntap add probe mode tap'
. "$OOLONG_SOURCE/tests/system/namespace.sh"

# Where the device is root's alone, so is the command that opens it; the tasks are confined anyway.
[ -z "$as_user" ] || $as_user test -w /dev/net/tun || as_user=
owner=0
[ -z "$as_user" ] || owner=65534
ip tuntap add tap0 mode tap user "$owner" || die "no TAP interface"
ip address add "$address" dev tap0
ip link set tap0 up
