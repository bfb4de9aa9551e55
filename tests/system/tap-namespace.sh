# Starts the script that sources it again, in a network namespace of its own with the interface tap0,
# which has the address $address on the host's side. As root the suite itself runs as an ordinary
# user, by $as_user; without root, the namespace is one of a user.
if [ "${1:-}" != inside ]; then
    [ -w /dev/net/tun ] || { echo "skipped: /dev/net/tun is not available" >&2; exit 77; }
    for tool in ip ping curl unshare setpriv; do
        command -v $tool >/dev/null || { echo "skipped: no $tool" >&2; exit 77; }
    done
    flags=-n
    [ "$(id -u)" = 0 ] || flags=-rn
    unshare $flags ip tuntap add probe mode tap 2>/dev/null ||
        { echo "skipped: no network namespace with a TAP interface can be made" >&2; exit 77; }
    dir=$(mktemp -d /tmp/oolong-tap.XXXXXX)
    trap 'rm -rf "$dir"' EXIT
    chmod 777 "$dir"
    cd "$dir" || exit 1
    unshare $flags "$0" inside
    exit $?
fi
. "$OOLONG_SOURCE/tests/system/lib.sh"

as_user=
[ "$(awk '{ print $3; exit }' /proc/self/uid_map)" = 1 ] ||
    as_user='setpriv --reuid 65534 --regid 65534 --clear-groups'
# Where the device is root's alone, so is the command that opens it; the tasks are confined anyway.
[ -z "$as_user" ] || $as_user test -w /dev/net/tun || as_user=
owner=0
[ -z "$as_user" ] || owner=65534
ip link set lo up
ip tuntap add tap0 mode tap user "$owner" || die "no TAP interface"
ip address add "$address" dev tap0
ip link set tap0 up
