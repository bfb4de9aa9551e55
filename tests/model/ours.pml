/*
 * Oolong's rendezvous and payload placement: libipc (send.c, receive.c, take.c, ool.c) in N tasks, and
 * vm's core (ool.c, landing.c, settle.c, copy.c). Which programs the tasks run is the scenario
 * (scenarios.pml); docs/model.md says what is checked, what is left out and why.
 *
 *   -DSCENARIO=<number>  -DMAX_CRASHES=<how many tasks may die, each at any step>
 *   -DLONG_COPIES        a copy is never done at once, so that others get in between
 *   -DLATE_REGISTER      receive buffers are registered at the first receive, not before
 *
 * Without a defence, it must fail: -DNO_CLOSED, -DNO_TAGS (of the closed buffer), -DNO_REVOCATION,
 * -DNO_ANNOUNCE, -DNO_TELL (the same when a buffer was copied out), -DNO_CHECK (of the receipt after
 * copying out), -DNO_WITHDRAW (of a receipt before the buffer is written).
 *
 * What vm does with one message is one step, as its core is one function; the points in between
 * where it looks at pages of others are steps of their own. In a task, each look at, or change of,
 * what others can see is a step.
 *
 * A message is known by its tag (1 to 31). An attempt to send it is numbered 2 * tag + parity,
 * and that number serves as the sequence number, as vm's id for the payload, and as the payload.
 */
#ifndef SCENARIO
#define SCENARIO 1
#endif
#ifndef N
#define N 3
#endif
#ifndef MAX_CRASHES
#define MAX_CRASHES 0
#endif
#ifndef MAX_TRIES
#define MAX_TRIES 2
#endif

/* Programs. Tags below 8 are for them; replies and nested calls count from there. */
#define TAG(num)    ((num) / 2)
#define NESTED(num) (TAG(num) + 8)
#define REPLY(num)  ((num) + 32)

/* What a task does next. */
#define DO_SEND 1
#define DO_CALL 2
#define DO_RECV 3
#define DO_OPEN 4
#define DO_REPLY 5
#define DO_NOBLOCK 6
#define DO_PLACE 7  /* ool.send, and nothing after it */
#define DO_HANG 8
#define DO_EXIT 9
#define DO_POLL 10  /* DO_RECV of what is there */

/* Packets: kind, number, ack, and what comes with it. */
mtype = { P_SEND, P_CALL, P_REPLY, P_NOBLOCK, P_ACK, P_NACK };
#define NOTHING 0
#define PAYLOAD 1 /* greater: an error */

/* Results. */
#define OK 1
#define ABORTED 2
#define TRY_AGAIN 3
#define WOULD_BLOCK 4
#define NOT_FOUND 5

/* State pages. */
#define W_RUNNING 0
#define W_ANY 1
#define W_RECV 2
#define W_CALL 3
#define W_SEND 4

chan c[N * N] = [3] of { mtype, byte, byte, byte };
chan st[N * N] = [2] of { mtype, byte, byte, byte };
#define CH(from, to)   c[(from) * N + (to)]
#define STASH(me, peer) st[(me) * N + (peer)]

bool alive[N] = true;
byte kind[N], whom[N];    /* the wait word */
bool tagged[N];           /* the closed buffer's episode is the one of the page now */
byte taken[N * N];        /* [me, peer]: the peer's call that is not answered yet */
bool noblock_sent[N * N]; /* [me, peer]: PEER_NOBLOCK is pending */
int delivered;            /* by tag */
int revoked;              /* by tag: vm remembers for the sender */

/* A task's request to vm, and vm's answer. */
#define R_SEND 1
#define R_VERIFY 2
#define R_ANNOUNCE 3
#define R_REGISTER 4
#define R_BLOCKED 5
#define R_COPYING 6
byte req[N], req_peer[N], req_num[N], ans[N];
byte req_noblock[N];
#define NOBLOCK 1
#define IN_REPLY 2

/* vm. Receive buffer 0 of a task is open, 1 is closed. */
#define L_NONE 0
#define L_ARMED 1
#define L_COPYING 2
#define L_RESERVED 3
#define AT(d, k) ((d) * 2 + (k))
byte l_state[N * 2], l_src[N * 2], l_num[N * 2]; /* l_src: one more than the task */
bool l_orphan[N * 2];
/* The memory of a task: the receipt and the payload in each buffer. */
byte receipt[N * 2], l_data[N * 2];
byte copied_out[N * 2]; /* its page; 0 again when vm has seen it, for numbers are not used twice */
byte blocked[N * N]; /* senders, one more than the task, first come first; 0 ends the list */
byte published[N];
bool refused[N], dirty[N], told[N];

#include "scenarios.pml"
#include "task.pml" /* first, so that the tasks are processes 0 to N - 1 */
#include "vm.pml"

active proctype Fate()
{
    byte crashes;
end:
    do
#define CRASH(i)                                                                                   \
    :: atomic { crashes < MAX_CRASHES && alive[i] && MAY_CRASH(i) ->                               \
                crashes++; alive[i] = false; printf("task %d dies\n", i); }
    CRASH(0)
    CRASH(1)
    CRASH(2)
#if N > 3
    CRASH(3)
#endif
    od
}
