// The input of the vm target: records of 16 bytes, each one operation. Shared by the target, the
// mutator and the generator of seeds.
//
// Every byte string is a valid input: numbers are taken modulo the number of choices, and an
// incomplete last record is ignored.
#ifndef TESTS_FUZZ_OPS_H
#define TESTS_FUZZ_OPS_H

#include <stdint.h>

#define OPS_MAX 96 // records of an input; others are ignored

enum op_kind {
    OP_START,     // the launcher starts the actor; `len`: its limit, `a`: its rights
    OP_DIE,       // the actor ends
    OP_MAY_SERVE, // the actor may serve the name `a`
    OP_LAUNCHED,  // a launch of the actor, or of no task, is answered: `a` how
    OP_REGISTER,  // ool.recv: `a` the region, `target` the source
    OP_SEND,      // ool.send of one payload; `a` bit 0: noblock, bit 1: reply
    OP_SEND_MANY, // of `b` payloads, their lengths from `value`
    OP_VERIFY,    // ool.verify of the `a`-th last id; `b`: the error in it
    OP_WAIT,      // the actor's page: `a` the kind, `target`, `b` bit 0: in the same episode
    OP_RACE,      // the same, when vm next publishes a count for the actor
    OP_COPY,      // up to `a` copy steps
    OP_TIME,      // time passes: `a` how much; `b` bit 0: without a tick; bit 2: the actor
                  // goes through `len` rounds of open receives
    OP_PROTECT,   // a page of the actor: `addr` which, `a` its access
    OP_SHORT,     // the `a`-th transfer from now on ends early
    OP_RANDOM,    // the next `a` random numbers have few values
    OP_SERVE,     // discovery.serve of the name `a`
    OP_LOOKUP,    // discovery.lookup of the name `a`; `b`: how long; `target`: except
    OP_ALLOC,     // task.alloc
    OP_FREE,      // task.free of the target
    OP_LAUNCH,    // task.launch of the text `a`
    OP_WATCH,     // task.watch of the target
    OP_UNWATCH,   // task.unwatch of the target
    OP_PULL,      // async
    OP_PAGES,     // vm.alloc_pages: `len`; `a`: paddr
    OP_CREATE,    // shm.create: `len`
    OP_MAP,       // shm.map of the `a`-th last id; `b` as the bool
    OP_CLOSE,     // shm.close of the `a`-th last id
    OP_NOP,       // benchmark.nop of `value`
    OP_NOP_OOL,   // benchmark.nop_with_ool
    OP_FAIL,      // the next memfd, launch or destroy fails: `a` which, `b` how
    OP_KERNEL,    // a message of the launcher about an impossible task: `a` which
    OP_RAW,       // the next 256 bytes, as they are, from the actor
    OP_PART,      // the actor and the target lose their channel; `a` bit 0: they get it back
    OP_COPIED,    // the actor's page: it has copied out buffer `a`; `b` bit 0: with `value`
                  // instead of the id; bit 1: when vm next publishes a count
    OP_NUM,
};

struct op {
    uint8_t kind;   // enum op_kind
    uint8_t actor;  // slot
    uint8_t target; // slot, and some ids that no task has
    uint8_t addr;   // class
    uint8_t len;    // class
    uint8_t gen;    // bits 0-3: of the target, bits 4-7: of the actor; 0: the current one
    uint8_t a, b;
    uint64_t value;
};
_Static_assert(sizeof(struct op) == 16, "a record is 16 bytes");
#define OPS_RAW_RECORDS (256 / sizeof(struct op)) // that follow OP_RAW

#endif
