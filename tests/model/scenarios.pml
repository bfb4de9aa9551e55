/* The programs of ours.pml. `from`, `p_kind` and `p_num` describe the message received last. */

#define EXIT                op = DO_EXIT
#define SEND(peer_, tag_)   op = DO_SEND; peer = peer_; tag = tag_; pay = true
#define CALL(peer_, tag_)   op = DO_CALL; peer = peer_; tag = tag_; pay = true
#define RECV(peer_)         op = DO_RECV; peer = peer_
#define STEP(n)             :: pc == n -> pc = n + 1;

/* A server that answers calls with a payload. */
#define SERVE                                                                                      \
    if                                                                                             \
    :: pc == 6 && p_kind == P_CALL ->                                                              \
       op = DO_REPLY; peer = from; call = p_num; pay = true; pc = 5                                \
    :: else -> op = DO_OPEN; call = 0; pc = 6                                                      \
    fi

/* A server that asks another before it answers. */
#define SERVE_WITH(other)                                                                          \
    if                                                                                             \
    :: pc == 6 && p_kind == P_CALL ->                                                              \
       CALL(other, NESTED(p_num)); client = from; call = p_num; pc = 7                             \
    :: pc == 7 -> op = DO_REPLY; peer = client; pay = true; client = 0; pc = 5                     \
    :: else -> op = DO_OPEN; call = 0; pc = 6                                                      \
    fi

/* When a receiver may lose a noblock message that it has accepted: always, never, or only if its
 * sender has died. */
#if defined(MAY_LOSE_NOBLOCK)
#define LOST_NOBLOCK skip
#elif defined(NEVER_LOSES_NOBLOCK)
#define LOST_NOBLOCK assert(false)
#else
#define LOST_NOBLOCK assert(!alive[from])
#endif
#define MAY_CRASH(i) true

#if SCENARIO == 1
/* A client of a file server; the server calls a disk server, for the client and for itself. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 -> if STEP(0) CALL(1, 1) STEP(1) CALL(1, 2) :: else -> EXIT fi                      \
    :: me == 1 -> if STEP(0) CALL(2, 3) :: else -> SERVE_WITH(2) fi                                \
    :: me == 2 -> SERVE                                                                            \
    fi

#elif SCENARIO == 2
/* Two clients of one server; -DONE_CALLS: one calls, the other sends. */
#ifdef ONE_CALLS
#define OTHER_CLIENT if STEP(0) SEND(2, 4) :: else -> EXIT fi
#else
#define OTHER_CLIENT if STEP(0) CALL(2, 3) STEP(1) SEND(2, 4) :: else -> EXIT fi
#endif
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 -> if STEP(0) CALL(2, 1) :: else -> EXIT fi                                         \
    :: me == 1 -> OTHER_CLIENT                                                                     \
    :: me == 2 -> SERVE                                                                            \
    fi

#elif SCENARIO == 3
/* A task places a payload and never sends the message; another is a client of the same server. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 ->                                                                                  \
       if STEP(0) op = DO_PLACE; peer = 2; tag = 1 :: else -> op = DO_HANG fi                      \
    :: me == 1 -> if STEP(0) CALL(2, 3) STEP(1) SEND(2, 4) :: else -> EXIT fi                      \
    :: me == 2 -> SERVE                                                                            \
    fi

#elif SCENARIO == 4
/* Crossed receive: 1 waits for 2 alone while 0 sends to it too. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 -> if STEP(0) SEND(1, 1) STEP(1) SEND(1, 2) :: else -> EXIT fi                      \
    :: me == 1 -> if STEP(0) RECV(2) STEP(1) RECV(2) :: else -> SERVE fi                           \
    :: me == 2 -> if STEP(0) SEND(1, 3) STEP(1) SEND(1, 4) :: else -> EXIT fi                      \
    fi

#elif SCENARIO == 5
/* Messages that do not wait, among others that do. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 ->                                                                                  \
       if STEP(0) op = DO_NOBLOCK; peer = 1; tag = 1; pay = true                                   \
       STEP(1) op = DO_NOBLOCK; peer = 1; tag = 2; pay = true :: else -> op = DO_HANG fi           \
    :: me == 1 -> SERVE                                                                            \
    :: me == 2 -> if STEP(0) SEND(1, 3) STEP(1) CALL(1, 4) :: else -> EXIT fi                      \
    fi

#elif SCENARIO == 6
/* A message that does not wait crosses a call: 2 sends it to 1, which calls 2. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 -> if STEP(0) SEND(1, 1) STEP(1) SEND(1, 2) :: else -> EXIT fi                      \
    :: me == 1 -> if STEP(0) op = DO_OPEN STEP(1) CALL(2, 3) :: else -> SERVE fi                   \
    :: me == 2 ->                                                                                  \
       if STEP(0) op = DO_NOBLOCK; peer = 1; tag = 4; pay = true :: else -> SERVE fi               \
    fi

#elif SCENARIO == 7
/* Two clients (0 and 3) of a file server (1) that calls a disk server (2). Needs -DN=4. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 -> if STEP(0) CALL(1, 1) :: else -> EXIT fi                                         \
    :: me == 1 -> SERVE_WITH(2)                                                                    \
    :: me == 2 -> SERVE                                                                            \
    :: me == 3 -> if STEP(0) CALL(1, 2) :: else -> EXIT fi                                         \
    fi

#elif SCENARIO == 8
/* A task places payloads twice and never sends the messages; the receiver calls another task, then
 * waits for that task alone. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 ->                                                                                  \
       if STEP(0) op = DO_PLACE; peer = 1; tag = 1                                                 \
       STEP(1) op = DO_PLACE; peer = 1; tag = 2 :: else -> op = DO_HANG fi                         \
    :: me == 1 -> if STEP(0) CALL(2, 3) STEP(1) RECV(2) STEP(2) CALL(2, 5) :: else -> SERVE fi     \
    :: me == 2 ->                                                                                  \
       if STEP(0) op = DO_OPEN                                                                     \
       STEP(1) if :: p_kind == P_CALL -> op = DO_REPLY; peer = from; call = p_num; pay = true      \
                  :: else -> op = DO_OPEN fi                                                       \
       STEP(2) SEND(1, 4) :: else -> SERVE fi                                                      \
    fi

#elif SCENARIO == 9
/* As 6, but without a third task; 1 calls twice before its next open receive. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 -> if STEP(0) SEND(1, 1) :: else -> EXIT fi                                         \
    :: me == 1 -> if STEP(0) op = DO_OPEN STEP(1) CALL(2, 3) STEP(2) CALL(2, 5) :: else -> SERVE fi \
    :: me == 2 ->                                                                                  \
       if STEP(0) op = DO_NOBLOCK; peer = 1; tag = 4; pay = true :: else -> SERVE fi               \
    fi

#elif SCENARIO == 11
/* 1 polls for a message of 2, then waits for 0 alone; 3 holds the open buffer. Needs -DN=4. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 -> if STEP(0) SEND(1, 1) :: else -> EXIT fi                                         \
    :: me == 1 -> if STEP(0) op = DO_POLL; peer = 2 STEP(1) RECV(0) :: else -> SERVE fi            \
    :: me == 2 -> if STEP(0) SEND(1, 3) :: else -> EXIT fi                                         \
    :: me == 3 -> if STEP(0) op = DO_PLACE; peer = 1; tag = 5 :: else -> op = DO_HANG fi           \
    fi

#elif SCENARIO == 10
/* Two tasks send to a third, and do not exit. */
#define PROGRAM                                                                                    \
    if                                                                                             \
    :: me == 0 -> if STEP(0) SEND(1, 1) :: else -> op = DO_HANG fi                                 \
    :: me == 1 -> SERVE                                                                            \
    :: me == 2 -> if STEP(0) SEND(1, 3) :: else -> op = DO_HANG fi                                 \
    fi
#endif
