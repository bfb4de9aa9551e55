// The arguments of slirp, as the suite file gives them:
//
//   restrict                                   the guest reaches nothing outside; forwards work
//   hostfwd=tcp:ADDR:PORT-ADDR:PORT            a port of the host leads to a port of the guest; or
//                                              udp
//
// Addresses are numeric. Port 0 of the host stands for any free port.
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
// ERR_INVALID_ARG: it is no argument of slirp. ERR_NO_MEMORY: more than FORWARDS_MAX forwards.
__mustuse error_t options_parse(struct options *options, const char *argument);

#endif
