# Starts the script that sources this file again, in its own network namespace with the interface
# tap0. The host's side of tap0 has the address $address.
[ -w /dev/net/tun ] || { echo "skipped: /dev/net/tun is not available" >&2; exit 77; }
namespaces=n
tools='ping curl'
probe='ip tuntap add probe mode tap'
. "$OOLONG_SOURCE/tests/system/namespace.sh"

# If only root may open the device, the command runs as root. The tasks are confined nevertheless.
[ -z "$as_user" ] || $as_user test -w /dev/net/tun || as_user=
owner=0
[ -z "$as_user" ] || owner=65534
ip tuntap add tap0 mode tap user "$owner" || die "no TAP interface"
ip address add "$address" dev tap0
ip link set tap0 up
