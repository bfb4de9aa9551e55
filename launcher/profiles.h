// The sandbox profiles as data: which system call, with which arguments, each may make.
#ifndef LAUNCHER_PROFILES_H
#define LAUNCHER_PROFILES_H

#include <stddef.h>
#include <stdint.h>

// Sets of rules. A profile is a union of sets.
enum rule_set {
    SET_PLAIN = 1 << 0,     // what libipc and malloc need: every task has it
    SET_VM = 1 << 1,        // copies between tasks, hands out shared memory
    SET_ARCHIVE = 1 << 2,   // reads files that it was given
    SET_DISK = 1 << 3,      // reads and writes files that it was given
    SET_RANDOM = 1 << 4,    // the kernel's random numbers
    SET_CONSOLE = 1 << 5,   // a line editor on descriptors 0 and 1
    SET_SANITIZED = 1 << 6, // what the runtime of AddressSanitizer adds
    SET_LOADER =
        1 << 7, // outer filter only: the dynamic loader, the C library's and libipc's start
    SET_DISK_START = 1 << 8, // outer filter only: makes a ring and takes the file's lock
    SET_SLIRP = 1 << 9,      // IPv4 sockets: the only set with any
    SET_TAP = 1 << 10,       // reads and writes the descriptor of a network interface
    SET_FUSE = 1 << 11,      // requests of the kernel on a descriptor that it was given
    SET_VM_START = 1 << 12,  // outer filter only: makes a thread and places it
};

// Compares argument `arg`: (value & mask) == equal, or value < below when `below` is not 0. Masks
// name the low 32 bits of arguments that the kernel takes as int: it ignores the others.
struct rule_check {
    unsigned arg;
    uint64_t mask;
    uint64_t equal;
    uint64_t below;
};

// The call is allowed when all its checks hold. Several rules for one call: any of them. A row of
// no set allows nothing: it says what those behind it are for.
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
    unsigned start; // of the outer one only: until the role's is installed
    const char *purpose;
    unsigned max_calls; // that its role may ever have: more needs a reason, and a change here
};
extern const struct profile profiles[];
extern const size_t num_profiles;

// The most calls that SET_LOADER may have.
#define PROFILE_MAX_START 30

// Different system calls in the union of `sets`.
unsigned profile_count_calls(unsigned sets);

// Prints each profile with its number of calls, and the calls by what they are for. Returns the
// exit status.
int profiles_list(void);

// Calls that a task makes most, in this order: tested first by the filters.
extern const int profile_hot_calls[];
extern const size_t profile_num_hot_calls;

#endif
