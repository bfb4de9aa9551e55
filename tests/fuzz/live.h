// Real processes replay the fuzz target vm: a suite of eight players and a director, under the real
// launcher and the real vm. The director takes the operations of an input one after the other. It
// orders the acting player to perform the operation with raw packets on its channel to vm. Then it
// collects vm's answers and asks the same reference model as the fuzz target.
//
// The board is a file that all have mapped. It contains orders for the players, and their memory.
// vm copies from and to this memory. Player k has its part at WORLD_BASE(k + 2), so that the
// addresses in operations are real ones.
#ifndef TESTS_FUZZ_LIVE_H
#define TESTS_FUZZ_LIVE_H

#include <stdatomic.h>
#include "world.h"

#define LIVE_ANSWERS 8

enum live_order {
    LIVE_SEND = 1, // send `message` to vm
    LIVE_DRAIN,    // read all packets of vm; `args`: milliseconds to wait for the first
    LIVE_WORD,     // write the wait word `args`
    LIVE_COPIED,   // buffer, id: say on the page that it was copied out
    LIVE_PROTECT,  // page, access
    LIVE_CONNECT,  // ask for a channel to a task
    LIVE_HASH,     // hash memory: address, length
    LIVE_EXIT,
};

struct live_answer {
    struct message m;
    bool is_reply; // to the last request
    bool has_fd;
    bool is_mapped; // the descriptor could be mapped, read, and, if allowed, written
};

struct live_player {
    _Atomic uint32_t ordered, done; // counts
    _Atomic int32_t task;           // set by the player when it has started
    enum live_order order;
    uint64_t args[2];
    struct message message;
    uint64_t result;
    notifications_t bits; // seen by LIVE_DRAIN
    unsigned num_answers;
    struct live_answer answers[LIVE_ANSWERS];
};

struct live_board {
    struct live_player players[MODEL_TASKS];
};
#define LIVE_MEMORY     (64u << 10) // offset of the memory of player 0 in the file
#define LIVE_BOARD_SIZE (LIVE_MEMORY + MODEL_TASKS * WORLD_MEM)
_Static_assert(sizeof(struct live_board) <= LIVE_MEMORY, "the board is before the memory");

/// FNV-1a.
static inline uint64_t live_hash(const uint8_t *data, size_t len)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ data[i]) * 0x100000001b3;
    return hash;
}

void live_wake(_Atomic uint32_t *word);
/// Waits until the word differs from `old`, at most `ms` milliseconds (-1: for ever).
bool live_wait(_Atomic uint32_t *word, uint32_t old, int ms);

#endif
