// The table of cases, each with its floor.
#include "bench.h"
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "native.h"

const char *const placement_names[NUM_PLACEMENTS] = {"same-core", "two-cores", "default"};

const char *const transport_names[] = {"socket", "shm", "floor", "peer"};

bool transport_is_there(enum transport transport)
{
    // libipc waits with this system call. ENOSYS means that the kernel lacks it; an empty set gives
    // another error.
    return transport != SHM || syscall(SYS_futex_waitv, NULL, 0, 0, NULL, 0) == 0 ||
           errno != ENOSYS;
}

const uint64_t bench_payloads[] = {0,        64,        1 << 10, 4 << 10, 16 << 10,
                                   64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20};
const size_t num_bench_payloads = sizeof(bench_payloads) / sizeof(bench_payloads[0]);

#define FLOOR_CASE(name, payloads, floor_case)                                                     \
    {                                                                                              \
#name, FLOOR, payloads, &name, floor_case, {{0, 0 }, {0, 0 } }, false, EVERYWHERE          \
    }
#define PEER_CASE(name, floor_case)                                                                \
    {                                                                                              \
#name, PEER, ANY_PAYLOAD, &name, floor_case, {{0, 0 }, {0, 0 } }, false, EVERYWHERE        \
    }
// Operations that go only through vm are the same with both transports.
#define VM_CASE(name, payloads, ...)                                                               \
    {                                                                                              \
        name, SOCKET, payloads, NULL, NULL, {__VA_ARGS__, {0, 0}}, false, EVERYWHERE               \
    }
#define BOTH(name, payloads, ...)                                                                  \
    {                                                                                              \
        name, SOCKET, payloads, NULL, NULL, {__VA_ARGS__}, true, EVERYWHERE                        \
    }

const struct bench_case bench_cases[] = {
    FLOOR_CASE(floor_pingpong, NO_PAYLOAD, NULL),
    FLOOR_CASE(floor_call, NO_PAYLOAD, "floor_pingpong"),
    FLOOR_CASE(floor_futex, NO_PAYLOAD, NULL),
    FLOOR_CASE(floor_spin, NO_PAYLOAD, NULL),
    FLOOR_CASE(floor_readv, SOME_PAYLOAD, NULL),
    FLOOR_CASE(floor_writev, SOME_PAYLOAD, NULL),
    FLOOR_CASE(floor_memcpy, SOME_PAYLOAD, NULL),
    FLOOR_CASE(floor_fault, SOME_PAYLOAD, NULL),
    FLOOR_CASE(floor_ring, SOME_PAYLOAD, NULL),
    // Payloads that pass through three processes: those of ool_send, and of ool_call.
    {"floor_place", FLOOR, ANY_PAYLOAD, &floor_place, NULL, {{0, 0}}, false, SAME_CORE_ALONE},
    {"floor_echo", FLOOR, ANY_PAYLOAD, &floor_echo, NULL, {{0, 0}}, false, SAME_CORE_ALONE},

    BOTH("ipc_call", NO_PAYLOAD, {1, 0}, {1, 0}),
    BOTH("ipc_send", NO_PAYLOAD, {1, 0}, {1, 0}),
    BOTH("ipc_notify", NO_PAYLOAD, {1, 0}, {1, 0}), // there and back
    VM_CASE("ool_recv", NO_PAYLOAD, {1, 0}),
    VM_CASE("ool_send", ANY_PAYLOAD, {1, 1}),
    VM_CASE("ool_verify", ANY_PAYLOAD, {1, 0}),
    BOTH("ool_oneway", ANY_PAYLOAD, {3, 1}, {1, 2}),
    BOTH("ool_call", ANY_PAYLOAD, {5, 2}, {1, 4}),
    VM_CASE("lookup", NO_PAYLOAD, {1, 0}),
    BOTH("spawn", NO_PAYLOAD, {0, 0}, {0, 0}),
    BOTH("fs_read", ANY_PAYLOAD, {3, 1}, {1, 2}),
    // A file of 200 MiB, read from its beginning to its end.
    {"floor_file", FLOOR, NO_PAYLOAD, &floor_file, NULL, {{0, 0}}, false, DEFAULT_ALONE},
    {"fs_file", SOCKET, NO_PAYLOAD, NULL, NULL, {{0, 0}, {0, 0}}, true, DEFAULT_ALONE},

    PEER_CASE(peer_uds_stream, NULL),
#ifdef HAVE_ZEROMQ
    PEER_CASE(peer_zeromq, "peer_uds_stream"),
#endif
#ifdef HAVE_NNG
    PEER_CASE(peer_nng, "peer_uds_stream"),
#endif
#ifdef HAVE_DBUS
    PEER_CASE(peer_dbus, "peer_uds_stream"),
#endif
};
const size_t num_bench_cases = sizeof(bench_cases) / sizeof(bench_cases[0]);

const char *peers_missing(void)
{
    return ""
#ifndef HAVE_ZEROMQ
           " ZeroMQ (package libzmq3-dev)"
#endif
#ifndef HAVE_NNG
           " nng (package libnng-dev)"
#endif
#ifndef HAVE_DBUS
           " D-Bus (package libdbus-1-dev)"
#endif
        ;
}
