/*
 * Oolong's rendezvous and payload placement: libipc (send.c, receive.c, take.c, ool.c) in N tasks,
 * and vm's core (ool.c, landing.c, settle.c, copy.c). The scenario (scenarios.pml) says which
 * programs the tasks run. docs/model.md lists the checks and the omissions, with reasons.
 *
 *   -DSCENARIO=<number>  -DMAX_CRASHES=<number of tasks that may die, each at any step>
 *   -DLONG_COPIES        each copy takes several steps, so that other steps come in between
 *   -DLATE_REGISTER      receive buffers are registered at the first receive, not before
 *
 * Each of these removes a defence, and the model must then fail: -DNO_CLOSED, -DNO_TAGS (of the
 * closed buffer), -DNO_REVOCATION, -DNO_ANNOUNCE, -DNO_TELL (no announcement when a buffer was
 * copied out), -DNO_CHECK (of the receipt after copying out), -DNO_WITHDRAW (of a receipt before
 * the buffer is written).
 *
 * vm handles a message in one step, because its core is one function. The points at which vm reads
 * the pages of tasks are steps of their own. In a task, each read or write of shared state is a
 * step.
 *
 * A tag (1 to 31) identifies a message. An attempt to send it has the number 2 * tag + parity. That
 * number is also the sequence number, vm's id of the payload, and the payload.
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

/* Programs. They use tags below 8. Replies and nested calls use tags from 8 on. */
#define TAG(num)    ((num) / 2)
#define NESTED(num) (TAG(num) + 8)
#define REPLY(num)  ((num) + 32)

/* The next operation of a task. */
#define DO_SEND 1
#define DO_CALL 2
#define DO_RECV 3
#define DO_OPEN 4
#define DO_REPLY 5
#define DO_NOBLOCK 6
#define DO_PLACE 7  /* ool.send, and nothing after it */
#define DO_HANG 8
#define DO_EXIT 9
#define DO_POLL 10  /* DO_RECV that does not wait */

/* Packets: kind, number, ack, and whether a payload or an error comes with it. */
mtype = { P_SEND, P_CALL, P_REPLY, P_NOBLOCK, P_ACK, P_NACK };
#define NOTHING 0
#define PAYLOAD 1 /* a greater value is an error */

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
bool tagged[N];           /* the closed buffer's episode is the page's current one */
byte taken[N * N];        /* [me, peer]: the peer's call that I have not answered yet */
bool noblock_sent[N * N]; /* [me, peer]: PEER_NOBLOCK is pending */
int delivered;            /* by tag */
int revoked;              /* by tag; vm remembers these for the sender */

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
byte l_state[N * 2], l_src[N * 2], l_num[N * 2]; /* l_src: the task plus one */
bool l_orphan[N * 2];
/* The memory of a task: the receipt and the payload in each buffer. */
byte receipt[N * 2], l_data[N * 2];
byte copied_out[N * 2]; /* on its page; 0 again once vm has read it: numbers are used once */
byte blocked[N * N]; /* senders (task plus one) in order of arrival; 0 ends the list */
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
