// The table of what is measured, and which floor each is compared with.
#include "bench.h"
#include "native.h"

const char *const placement_names[NUM_PLACEMENTS] = {"same-core", "two-cores", "default"};

const uint64_t bench_payloads[] = {0,        64,        1 << 10, 4 << 10, 16 << 10,
                                   64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20};
const size_t num_bench_payloads = sizeof(bench_payloads) / sizeof(bench_payloads[0]);

const struct bench_case bench_cases[] = {
    {"floor_pingpong", "floor", NO_PAYLOAD, &floor_pingpong, NULL, 0, 0},
    {"floor_call", "floor", NO_PAYLOAD, &floor_call, "floor_pingpong", 0, 0},
    {"floor_futex", "floor", NO_PAYLOAD, &floor_futex, NULL, 0, 0},
    {"floor_spin", "floor", NO_PAYLOAD, &floor_spin, NULL, 0, 0},
    {"floor_readv", "floor", SOME_PAYLOAD, &floor_readv, NULL, 0, 0},
    {"floor_writev", "floor", SOME_PAYLOAD, &floor_writev, NULL, 0, 0},
    {"floor_copy", "floor", SOME_PAYLOAD, &floor_copy, NULL, 0, 0},
    {"floor_memcpy", "floor", SOME_PAYLOAD, &floor_memcpy, NULL, 0, 0},
    {"floor_fault", "floor", SOME_PAYLOAD, &floor_fault, NULL, 0, 0},

    {"ipc_call", "socket", NO_PAYLOAD, NULL, NULL, 1, 0},
    {"ipc_send", "socket", NO_PAYLOAD, NULL, NULL, 1, 0},
    {"ipc_notify", "socket", NO_PAYLOAD, NULL, NULL, 1, 0}, // there and back
    {"ool_recv", "socket", NO_PAYLOAD, NULL, NULL, 1, 0},
    {"ool_send", "socket", ANY_PAYLOAD, NULL, NULL, 1, 1},
    {"ool_verify", "socket", ANY_PAYLOAD, NULL, NULL, 1, 0},
    {"ool_oneway", "socket", ANY_PAYLOAD, NULL, NULL, 3, 1},
    {"ool_call", "socket", ANY_PAYLOAD, NULL, NULL, 5, 2},
    {"lookup", "socket", NO_PAYLOAD, NULL, NULL, 1, 0},
    {"spawn", "socket", NO_PAYLOAD, NULL, NULL, 0, 0},
    {"fs_read", "socket", ANY_PAYLOAD, NULL, NULL, 3, 1},

    {"peer_uds_stream", "peer", ANY_PAYLOAD, &peer_uds_stream, NULL, 0, 0},
#ifdef HAVE_ZEROMQ
    {"peer_zeromq", "peer", ANY_PAYLOAD, &peer_zeromq, "peer_uds_stream", 0, 0},
#endif
#ifdef HAVE_NNG
    {"peer_nng", "peer", ANY_PAYLOAD, &peer_nng, "peer_uds_stream", 0, 0},
#endif
#ifdef HAVE_DBUS
    {"peer_dbus", "peer", ANY_PAYLOAD, &peer_dbus, "peer_uds_stream", 0, 0},
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
