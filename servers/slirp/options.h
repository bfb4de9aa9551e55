// The arguments of slirp, as the suite file gives them:
//
//   restrict                                   nothing reaches the host or beyond, but forwards do
//   hostfwd=tcp:ADDR:PORT-ADDR:PORT            a port of the host leads to one of the guest; udp
//   too
//
// Addresses are numeric. The host's port 0 is any free one.
#ifndef SLIRP_OPTIONS_H
#define SLIRP_OPTIONS_H

#include <netinet/in.h>
#include <oolong/types.h>

#define FORWARDS_MAX 32

struct forward {
    bool udp;
    struct in_addr host_addr;
    uint16_t host_port; // 0: any
    struct in_addr guest_addr;
    uint16_t guest_port;
};

struct options {
    bool restricted;
    struct forward forwards[FORWARDS_MAX];
    size_t num_forwards;
};

// Reads one argument into `options`.
//
// ERR_INVALID_ARG: it is none. ERR_NO_MEMORY: too many forwards.
__mustuse error_t options_parse(struct options *options, const char *argument);

#endif
