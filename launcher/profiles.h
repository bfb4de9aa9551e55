// The sandbox profiles as data: which system calls each allows, with which arguments.
#ifndef LAUNCHER_PROFILES_H
#define LAUNCHER_PROFILES_H

#include <stddef.h>
#include <stdint.h>

// Sets of rules. A profile is a union of sets.
enum rule_set {
    SET_PLAIN = 1 << 0,     // what libipc and malloc need: every task has it
    SET_VM = 1 << 1,        // copies between tasks, hands out shared memory
    SET_ARCHIVE = 1 << 2,   // reads files that the launcher opened for it
    SET_DISK = 1 << 3,      // reads and writes such files
    SET_RANDOM = 1 << 4,    // the kernel's random numbers
    SET_CONSOLE = 1 << 5,   // a line editor on descriptors 0 and 1
    SET_SANITIZED = 1 << 6, // what AddressSanitizer's runtime needs beside
    SET_LOADER =
        1 << 7, // outer filter only: the dynamic loader, the C library's and libipc's start
    SET_DISK_START = 1 << 8, // outer filter only: makes a ring and takes the file's lock
    SET_SLIRP = 1 << 9,      // IPv4 sockets: the only set that has sockets
    SET_TAP = 1 << 10,       // reads and writes the descriptor of a network interface
    SET_FUSE = 1 << 11,      // answers file requests of the kernel (FUSE)
    SET_VM_START = 1 << 12,  // outer filter only: makes a thread and places it
};

// Checks argument `arg`: (value & mask) == equal, or value < below if `below` is not 0. The mask of
// an argument that the kernel reads as int covers 32 bits only, as the kernel ignores the others.
struct rule_check {
    unsigned arg;
    uint64_t mask;
    uint64_t equal;
    uint64_t below;
};

// A rule allows a call if all its checks hold. A call with several rules is allowed if one of them
// allows it. A row without a set is a heading: it says what the rows after it are for.
struct rule {
    unsigned sets; // enum rule_set
    int nr;
    unsigned num_checks;
    struct rule_check checks[2];
    int refused; // 0: allowed; otherwise the call fails with this errno
    const char *purpose;
};
extern const struct rule profile_rules[];
extern const size_t profile_num_rules;

struct profile {
    const char *name;
    unsigned sets;  // of both filters
    unsigned start; // of the outer filter only: in force until the role's is installed
    const char *purpose;
    unsigned max_calls; // in its role's filter: to allow more, give a reason and change this
};
extern const struct profile profiles[];
extern const size_t num_profiles;

// The most calls that SET_LOADER may have.
#define PROFILE_MAX_START 30

// The number of different system calls in the union of `sets`.
unsigned profile_count_calls(unsigned sets);

// `oolong profiles`: prints each profile's number of calls, and the calls by purpose. Returns the
// exit status.
int profiles_list(void);

// The most frequent calls of tasks, most frequent first. The filters test them first.
extern const int profile_hot_calls[];
extern const size_t profile_num_hot_calls;

#endif
