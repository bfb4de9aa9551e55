// Workers that are child processes of the driver: floors and peers.
#ifndef BENCH_NATIVE_H
#define BENCH_NATIVE_H

#include "bench.h"

struct native {
    const struct native_case *what;
    enum placement placement;
    uint64_t payload;
    uint64_t piece; // bytes in one copy
    uint64_t done;  // operations since begin()
    unsigned batch; // operations that one call of op() does
    uint8_t *out;   // BENCH_MAX_PAYLOAD bytes with the pattern 1
    uint8_t *in;    // BENCH_MAX_PAYLOAD bytes
    pid_t server;
    pid_t other; // a second process, for the copies of some floors
    int fd;      // a socket to the server
    void *own;   // data of the case
};

struct native_case {
    const char *name;
    bool (*start)(struct native *n); // called once, in the worker
    bool (*begin)(struct native *n); // before each measurement; may be NULL, as may end()
    measure_op op;
    bool (*end)(struct native *n); // whether all bytes have arrived
};

/// Forks the server's side and pins it as the placement says. `serve` runs there and returns when
/// it has nothing more to do.
bool native_fork(struct native *n, void (*serve)(struct native *n));
/// As native_fork(), with a socketpair of `type` between the two. n->fd is its end on either side.
bool native_fork_with_socket(struct native *n, int type, void (*serve)(struct native *n));
/// A server with a socket says that it can be called. The worker waits for that.
bool native_say_ready(const struct native *n);
bool native_await_ready(const struct native *n);
/// Compares the received bytes with the sent ones: the whole first answer, and the first and last
/// bytes of every answer.
bool native_compare(struct native *n, const void *data, uint64_t len);

extern const struct native_case floor_pingpong, floor_call, floor_readv, floor_writev, floor_memcpy,
    floor_copy, floor_fault, floor_futex, floor_spin, floor_ring, floor_file, floor_place,
    floor_echo;
extern const struct native_case peer_uds_stream, peer_zeromq, peer_nng, peer_dbus;

#endif
