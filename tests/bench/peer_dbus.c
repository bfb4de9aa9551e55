// D-Bus: a method call with an array of bytes through a bus daemon that the benchmark starts. The
// reply has the same array.
#include "native.h"
#include <dbus/dbus.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUS_NAME   "org.oolong.Bench"
#define TIMEOUT_MS 20000

// The daemon's configuration allows all calls and large messages.
static const char config[] = "<busconfig>\n"
                             "  <type>session</type>\n"
                             "  <listen>unix:path=%s/dbus-%d</listen>\n"
                             "  <auth>EXTERNAL</auth>\n"
                             "  <policy context=\"default\">\n"
                             "    <allow send_destination=\"*\" eavesdrop=\"true\"/>\n"
                             "    <allow eavesdrop=\"true\"/>\n"
                             "    <allow own=\"*\"/>\n"
                             "    <allow user=\"*\"/>\n"
                             "  </policy>\n"
                             "  <limit name=\"max_incoming_bytes\">1000000000</limit>\n"
                             "  <limit name=\"max_outgoing_bytes\">1000000000</limit>\n"
                             "  <limit name=\"max_message_size\">100000000</limit>\n"
                             "</busconfig>\n";

// The daemon runs on the client's core.
static bool start_daemon(const struct native *n)
{
    char path[PATH_MAX + 32], option[PATH_MAX + 64];
    int ready[2];
    snprintf(path, sizeof(path), "%s/dbus-%d.conf", settings.dir, (int)n->placement);
    FILE *file = fopen(path, "we");
    if (!file || pipe(ready) < 0)
        return false;
    fprintf(file, config, settings.dir, (int)n->placement);
    fclose(file);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ready[1], STDOUT_FILENO);
        int null = open("/dev/null", O_WRONLY); // the daemon warns of its limits
        dup2(null, STDERR_FILENO);
        snprintf(option, sizeof(option), "--config-file=%s", path);
        execlp("dbus-daemon", "dbus-daemon", option, "--nofork", "--print-address=1", NULL);
        _exit(127);
    }
    close(ready[1]);
    char line[512];
    bool is_ready = pid > 0 && read(ready[0], line, sizeof(line)) > 0;
    if (!is_ready)
        errno = ENOENT; // dbus-daemon is probably not installed
    close(ready[0]);
    return is_ready;
}

static DBusConnection *open_bus(const struct native *n)
{
    char address[PATH_MAX + 32];
    snprintf(address, sizeof(address), "unix:path=%s/dbus-%d", settings.dir, (int)n->placement);
    DBusConnection *bus = dbus_connection_open_private(address, NULL);
    if (bus && !dbus_bus_register(bus, NULL))
        return NULL;
    return bus;
}

static bool answer(DBusConnection *bus, DBusMessage *call)
{
    const uint8_t *data;
    int len;
    if (!dbus_message_get_args(call, NULL, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &data, &len,
                               DBUS_TYPE_INVALID))
        return true; // the bus sent a signal
    DBusMessage *reply = dbus_message_new_method_return(call);
    bool is_good = reply &&
                   dbus_message_append_args(reply, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &data, len,
                                            DBUS_TYPE_INVALID) &&
                   dbus_connection_send(bus, reply, NULL);
    if (reply)
        dbus_message_unref(reply);
    return is_good;
}

static void serve(struct native *n)
{
    DBusConnection *bus = open_bus(n);
    if (!bus || dbus_bus_request_name(bus, BUS_NAME, 0, NULL) < 0 || !native_say_ready(n))
        return;
    // A call may have come together with the answer of the bus, so the server looks before it
    // waits.
    bool go_on = true;
    do {
        DBusMessage *call;
        while (go_on && (call = dbus_connection_pop_message(bus))) {
            if (dbus_message_get_type(call) == DBUS_MESSAGE_TYPE_METHOD_CALL)
                go_on = answer(bus, call);
            dbus_message_unref(call);
        }
    } while (go_on && dbus_connection_read_write(bus, -1));
}

static bool start(struct native *n)
{
    if (!start_daemon(n) || !native_fork_with_socket(n, SOCK_STREAM, serve) ||
        !native_await_ready(n))
        return false;
    n->own = open_bus(n);
    return n->own;
}

static bool exchange(void *ctx, uint64_t *ns)
{
    struct native *n = ctx;
    const uint8_t *data = n->out;
    int len = (int)n->payload;
    (void)ns;
    DBusMessage *call = dbus_message_new_method_call(BUS_NAME, "/", BUS_NAME, "Echo");
    DBusMessage *reply = NULL;
    if (call && dbus_message_append_args(call, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &data, len,
                                         DBUS_TYPE_INVALID))
        reply = dbus_connection_send_with_reply_and_block(n->own, call, TIMEOUT_MS, NULL);
    bool is_good = reply &&
                   dbus_message_get_args(reply, NULL, DBUS_TYPE_ARRAY, DBUS_TYPE_BYTE, &data, &len,
                                         DBUS_TYPE_INVALID) &&
                   native_compare(n, data, (uint64_t)len);
    if (call)
        dbus_message_unref(call);
    if (reply)
        dbus_message_unref(reply);
    return is_good;
}

const struct native_case peer_dbus = {"peer_dbus", start, NULL, exchange, NULL};
