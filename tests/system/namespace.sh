# Starts the script that sources this file again, in its own namespaces. $namespaces are flags of
# unshare, and $tools are the other programs that the script needs. As root, $as_user runs the suite
# as an ordinary user. Without root, the script makes a user namespace too.
if [ "${OOLONG_INSIDE:-}" != yes ]; then
    for tool in ip unshare setpriv $tools; do
        command -v $tool >/dev/null || { echo "skipped: no $tool" >&2; exit 77; }
    done
    flags=-$namespaces
    [ "$(id -u)" = 0 ] || flags=-r$namespaces
    unshare $flags ${probe:-true} 2>/dev/null ||
        { echo "skipped: no such namespaces can be made (unshare $flags ${probe:-true})" >&2; exit 77; }
    dir=$(mktemp -d /tmp/oolong-namespace.XXXXXX)
    trap 'rm -rf "$dir"' EXIT
    chmod 777 "$dir"
    cd "$dir" || exit 1
    OOLONG_INSIDE=yes unshare $flags "$0" "$@"
    exit $?
fi
. "$OOLONG_SOURCE/tests/system/lib.sh"

as_user=
[ "$(awk '{ print $3; exit }' /proc/self/uid_map)" = 1 ] ||
    as_user='setpriv --reuid 65534 --regid 65534 --clear-groups'
ip link set lo up
