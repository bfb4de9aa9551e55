// The stories of the vm target. See stories.h.
#include "stories.h"

#define OP(...)                                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define REGISTER(who)      OP(.kind = OP_REGISTER, .actor = (who), .addr = 16, .len = 255, .a = 3)
#define ARM(who)           OP(.kind = OP_REGISTER, .actor = (who), .addr = 16, .len = 255, .a = 0)
#define ANNOUNCE(who, src) OP(.kind = OP_REGISTER, .actor = (who), .target = (src), .a = 2)
#define SEND(who, to)      OP(.kind = OP_SEND, .actor = (who), .target = (to), .len = 100, .value = 50)
#define NOBLOCK(who, to)                                                                           \
    OP(.kind = OP_SEND, .actor = (who), .target = (to), .len = 100, .a = 1, .value = 9)
#define PART(who, from)         OP(.kind = OP_PART, .actor = (who), .target = (from))
#define JOIN(who, with)         OP(.kind = OP_PART, .actor = (who), .target = (with), .a = 1)
#define REGISTER_ALL(who)       OP(.kind = OP_REGISTER, .actor = (who), .addr = 16, .len = 254, .a = 3)
#define SEND_BIG(who, to)       OP(.kind = OP_SEND, .actor = (who), .target = (to), .len = 13)
#define VERIFY(who)             OP(.kind = OP_VERIFY, .actor = (who))
#define WAIT(who, how, whom)    OP(.kind = OP_WAIT, .actor = (who), .a = (how), .target = (whom))
#define RACE(who, how, whom)    OP(.kind = OP_RACE, .actor = (who), .a = (how), .target = (whom))
#define COPIED(who, which)      OP(.kind = OP_COPIED, .actor = (who), .a = (which))
#define RACE_COPIED(who, which) OP(.kind = OP_COPIED, .actor = (who), .a = (which), .b = 2)
#define DIE(who)                OP(.kind = OP_DIE, .actor = (who))
#define HALF                    OP(.kind = OP_TIME, .a = 3)
#define LATER                   OP(.kind = OP_TIME, .a = 4)
#define COPY                    OP(.kind = OP_COPY, .a = 7)
#define SERVE(who)              OP(.kind = OP_SERVE, .actor = (who))
#define MAY_SERVE(who)          OP(.kind = OP_MAY_SERVE, .actor = (who), .a = 3)
#define LOOKUP(who)             OP(.kind = OP_LOOKUP, .actor = (who))
#define HOLE(who)               OP(.kind = OP_PROTECT, .actor = (who))

#define COPY_ONE    OP(.kind = OP_COPY, .a = 0)
#define CREATE      OP(.kind = OP_CREATE, .len = 1)
#define NAME(which) OP(.kind = OP_MAY_SERVE, .a = (which))
#define END_OF(who) OP(.kind = OP_WATCH, .target = (who)), DIE(who)

// Waits as the state page encodes them (see wire.h).
enum { RUNNING, ANY, RECV, CALL };

// Receive buffers.
enum { OF_OPEN, OF_CLOSED };

static const struct op placed[] = {REGISTER(1),        SEND(0, 1), VERIFY(1),
                                   COPIED(1, OF_OPEN), SEND(2, 1), VERIFY(1)};
static const struct op taken[] = {
    REGISTER(1),          SEND(0, 1), COPIED(1, OF_OPEN),   SEND(2, 1),
    WAIT(1, CALL, 0),     SEND(0, 1), COPIED(1, OF_CLOSED), SEND(0, 1),
    COPIED(1, OF_CLOSED), VERIFY(1),  COPIED(1, OF_OPEN),   SEND(3, 1)};
static const struct op taken_late[] = {REGISTER(1),   WAIT(1, ANY, 0),    SEND(0, 1),
                                       NOBLOCK(2, 1), COPIED(1, OF_OPEN), LATER,
                                       LATER,         SEND(2, 1)};
static const struct op taken_of_dead[] = {REGISTER(1), SEND(0, 1), DIE(0),    COPIED(1, OF_OPEN),
                                          SEND(2, 1),  DIE(2),     SEND(3, 1)};
static const struct op taken_meanwhile[] = {REGISTER(1),    SEND(0, 1), RACE_COPIED(1, OF_OPEN),
                                            SEND(2, 1),     SEND(3, 1), COPIED(1, OF_OPEN),
                                            ANNOUNCE(1, 2), VERIFY(1)};
static const struct op nothing_in_it[] = {
    REGISTER(1),
    {.kind = OP_SEND, .target = 1},
    VERIFY(1),
    COPIED(1, OF_OPEN),
    {.kind = OP_SEND_MANY, .target = 1, .b = 3, .value = 0x3000}};
static const struct op single[] = {ARM(1), SEND(0, 1), ARM(1), VERIFY(1), ARM(1), SEND(0, 1)};
static const struct op many[] = {
    REGISTER(1),
    {.kind = OP_SEND_MANY, .target = 1, .b = 4, .value = 0x10002011},
    VERIFY(1),
};
static const struct op blocked[] = {REGISTER(1), SEND(0, 1), SEND(2, 1), SEND(3, 1),
                                    VERIFY(1),   VERIFY(1),  VERIFY(1)};
static const struct op unregistered[] = {SEND(0, 1), NOBLOCK(2, 1), REGISTER(1), VERIFY(1)};
static const struct op revoked[] = {REGISTER(1), WAIT(1, ANY, 0), SEND(0, 1), SEND(2, 1),
                                    LATER,       LATER,           VERIFY(1),  DIE(2)};
static const struct op waits_again[] = {REGISTER(1), WAIT(1, ANY, 0), SEND(0, 1), SEND(2, 1),
                                        HALF,        WAIT(1, ANY, 0), LATER,      VERIFY(1)};
static const struct op refused[] = {REGISTER(1), WAIT(1, ANY, 0), SEND(0, 1), NOBLOCK(2, 1),
                                    LATER,       LATER,           VERIFY(1)};
static const struct op crossed[] = {REGISTER(1),      SEND(0, 1), WAIT(1, CALL, 2), SEND(2, 1),
                                    VERIFY(1),        SEND(3, 1), WAIT(1, CALL, 3), ANNOUNCE(1, 3),
                                    WAIT(1, RECV, 2), SEND(2, 1)};
static const struct op raced[] = {REGISTER(1), SEND(0, 1), RACE(1, CALL, 2), SEND(2, 1), VERIFY(1)};
static const struct op cancelled[] = {
    REGISTER_ALL(1),  WAIT(1, CALL, 0), SEND_BIG(0, 1), COPY, SEND_BIG(2, 1),
    WAIT(1, CALL, 3), SEND(3, 1),       COPY,           COPY, VERIFY(1)};
static const struct op turns[] = {
    REGISTER_ALL(1), REGISTER_ALL(2), SEND_BIG(0, 1), SEND_BIG(3, 2), COPY, COPY,
    VERIFY(1),       VERIFY(2)};
static const struct op dies_in_copy[] = {REGISTER_ALL(1), SEND_BIG(0, 1), SEND(2, 1), COPY_ONE,
                                         DIE(0),          SEND_BIG(2, 1), DIE(1)};
static const struct op ends[] = {END_OF(1), END_OF(1), END_OF(1), END_OF(1), END_OF(1), END_OF(1),
                                 END_OF(1), END_OF(1), END_OF(1), END_OF(1), END_OF(1), END_OF(1),
                                 END_OF(1), END_OF(1), END_OF(1), END_OF(1), END_OF(1)};
static const struct op segments[] = {CREATE, CREATE, CREATE, CREATE, CREATE, CREATE,
                                     CREATE, CREATE, CREATE, CREATE, CREATE, CREATE,
                                     CREATE, CREATE, CREATE, CREATE, CREATE, DIE(0)};
static const struct op names[] = {
    NAME(6),  NAME(7),  NAME(8),  NAME(9),  NAME(10),
    NAME(11), NAME(12), NAME(13), NAME(14), NAME(15),
    NAME(16), NAME(17), NAME(18), NAME(19), NAME(20),
    NAME(21), NAME(21), NAME(22), NAME(3),  {.kind = OP_SERVE, .a = 10},
};
static const struct op odd[] = {
    NAME(31),
    DIE(0),
    NAME(3),
    DIE(0),
    {.kind = OP_KERNEL, .gen = 0x30, .a = 4, .target = 6},
    {.kind = OP_KERNEL, .gen = 0x30, .a = 4, .target = 7},
    {.kind = OP_KERNEL, .gen = 0x30, .a = 4, .b = 1, .target = 25},
    {.kind = OP_WATCH, .target = 1, .gen = 2},
    {.kind = OP_REGISTER, .addr = 16, .len = 0, .a = 3},
    {.kind = OP_REGISTER, .addr = 4, .len = 64, .a = 3},
    {.kind = OP_LAUNCH, .a = 1},
    {.kind = OP_LAUNCHED, .a = 4},
    {.kind = OP_LAUNCH, .a = 1},
    {.kind = OP_LAUNCHED, .a = 5},
    {.kind = OP_LAUNCH, .a = 1},
    {.kind = OP_LAUNCHED, .a = 6},
};
static const struct op hole[] = {REGISTER(1), SEND(0, 1), HOLE(2),  SEND(2, 1),
                                 SEND(3, 1),  VERIFY(1),  VERIFY(1)};
static const struct op dies[] = {REGISTER(1), SEND(0, 1), SEND(2, 1), SEND(3, 1),
                                 DIE(2),      DIE(0),     DIE(1),     SEND(3, 1)};
static const struct op again[] = {REGISTER(1), SEND(0, 1), REGISTER(1), VERIFY(1), SEND(0, 1)};
static const struct op served[] = {MAY_SERVE(0), LOOKUP(1), SERVE(0),     LOOKUP(2),
                                   DIE(0),       LOOKUP(3), MAY_SERVE(4), SERVE(4)};
static const struct op stranger[] = {REGISTER(1), PART(0, 1), SEND(0, 1), NOBLOCK(0, 1), SEND(2, 1),
                                     SEND(0, 1),  JOIN(1, 0), SEND(0, 1), VERIFY(1)};
static const struct op timeout[] = {{.kind = OP_LOOKUP, .b = 1}, LATER, LATER};
static const struct op watched[] = {
    {.kind = OP_WATCH, .target = 1},
    DIE(1),
    {.kind = OP_PULL},
    {.kind = OP_WATCH, .target = 1, .gen = 3},
    {.kind = OP_UNWATCH, .target = 1, .gen = 3},
};
static const struct op launched[] = {
    {.kind = OP_LAUNCH, .a = 1},
    {.kind = OP_LAUNCHED, .target = 2},
    {.kind = OP_FREE, .target = 2},
};
static const struct op shared[] = {
    {.kind = OP_CREATE, .len = 5},
    {.kind = OP_MAP, .actor = 1, .b = 1},
    {.kind = OP_MAP, .actor = 2},
    {.kind = OP_CLOSE, .actor = 1},
    {.kind = OP_CLOSE},
    {.kind = OP_PAGES, .len = 3},
};
static const struct op bench[] = {
    REGISTER(0),
    WAIT(0, CALL, 25),
    {.kind = OP_NOP_OOL, .len = 100, .value = 80},
    VERIFY(0),
    {.kind = OP_NOP, .value = 6},
};

#define STORY(ops)                                                                                 \
    {                                                                                              \
#ops, ops, sizeof(ops)                                                                     \
    }
const struct story stories[] = {
    STORY(placed),
    STORY(single),
    STORY(many),
    STORY(blocked),
    STORY(unregistered),
    STORY(revoked),
    STORY(refused),
    STORY(crossed),
    STORY(raced),
    STORY(cancelled),
    STORY(turns),
    STORY(hole),
    STORY(dies),
    STORY(again),
    STORY(served),
    STORY(timeout),
    STORY(watched),
    STORY(launched),
    STORY(shared),
    STORY(bench),
    STORY(dies_in_copy),
    STORY(ends),
    STORY(odd),
    STORY(segments),
    STORY(names),
    STORY(stranger),
    STORY(waits_again),
    STORY(taken),
    STORY(taken_late),
    STORY(taken_of_dead),
    STORY(taken_meanwhile),
    STORY(nothing_in_it),
};
const unsigned stories_count = sizeof(stories) / sizeof(stories[0]);
