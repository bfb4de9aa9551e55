/* vm's core. */

/* Within one d_step only. */
hidden byte i_, s_, d_, k_, land_, n_, requeued_;

#ifdef NO_TAGS
#define IS_TAGGED(d, s) true
#else
#define IS_TAGGED(d, s) (l_src[AT(d, 1)] == s + 1 && tagged[d])
#endif
#ifdef NO_CLOSED
#define MAY_TAKE_CLOSED(s) false
#elif defined(CROSSING_TAKES_CLOSED)
#define MAY_TAKE_CLOSED(s) true
#else
#define MAY_TAKE_CLOSED(s) (req_noblock[s] != NOBLOCK)
#endif
#define IS_FREE(x) (l_state[x] == L_ARMED || (l_state[x] == L_RESERVED && l_orphan[x]))
#define HAS_BLOCKED(d) (blocked[(d) * N] != 0)
#if N > 3
#define NUM_BLOCKED(d)                                                                             \
    ((blocked[(d) * N] != 0) + (blocked[(d) * N + 1] != 0) + (blocked[(d) * N + 2] != 0))
#else
#define NUM_BLOCKED(d) ((blocked[(d) * N] != 0) + (blocked[(d) * N + 1] != 0))
#endif

inline answer(t, result)
{
    req[t] = 0;
    req_peer[t] = 0;
    req_num[t] = 0;
    req_noblock[t] = 0;
    if
    :: !told[t] -> ans[t] = result
    :: else
    fi
}

inline push_back(s)
{
    i_ = req_peer[s] * N;
    do
    :: blocked[i_] -> i_++
    :: else -> break
    od;
    blocked[i_] = s + 1;
    req[s] = R_BLOCKED;
    dirty[req_peer[s]] = true
}

inline push_front(s)
{
    i_ = req_peer[s] * N + N - 1;
    do
    :: i_ > req_peer[s] * N -> blocked[i_] = blocked[i_ - 1]; i_--
    :: else -> break
    od;
    blocked[i_] = s + 1;
    req[s] = R_BLOCKED
}

inline unlink(s)
{
    i_ = req_peer[s] * N;
    do
    :: blocked[i_] != s + 1 -> i_++
    :: else -> break
    od;
    do
    :: i_ < req_peer[s] * N + N - 1 -> blocked[i_] = blocked[i_ + 1]; i_++
    :: else -> break
    od;
    blocked[i_] = 0
}

inline landing_clear(d, k)
{
    l_state[AT(d, k)] = L_ARMED;
    l_src[AT(d, k)] = 0;
    l_num[AT(d, k)] = 0;
    l_orphan[AT(d, k)] = false;
    if
    :: k == 0 -> refused[d] = false
    :: else
    fi
}

/* vm_landing_look() */
inline look_at(d, k)
{
    if
    :: l_state[AT(d, k)] == L_RESERVED && copied_out[AT(d, k)] == l_num[AT(d, k)] ->
       landing_clear(d, k);
       copied_out[AT(d, k)] = 0;
       dirty[d] = true
    :: else
    fi
}

/* vm_landing_void() */
inline landing_void(d, k)
{
    if
    :: l_state[AT(d, k)] == L_COPYING ->
       push_front(l_src[AT(d, k)] - 1);
       requeued_ = true
    :: l_state[AT(d, k)] == L_RESERVED && !told[l_src[AT(d, k)] - 1] ->
       revoked = revoked | (1 << TAG(l_num[AT(d, k)]));
       printf("vm revokes payload %d\n", TAG(l_num[AT(d, k)]))
    :: else
    fi;
    landing_clear(d, k)
}

/* vm_landing_choose(): land_ is 2 if no buffer is available. */
inline landing_choose(d, s)
{
    land_ = 2;
    if
    :: l_state[AT(d, 1)] != L_NONE && (kind[d] == W_RECV || kind[d] == W_CALL) && whom[d] == s &&
       MAY_TAKE_CLOSED(s) ->
       if
       :: !IS_TAGGED(d, s) || IS_FREE(AT(d, 1)) ->
          landing_void(d, 1);
          tagged[d] = true;
          land_ = 1
       :: else
       fi
    :: else
    fi;
    if
    :: land_ == 2 && IS_FREE(AT(d, 0)) ->
       land_ = 0;
       landing_void(d, 0)
    :: else
    fi
}

/* The rest of a copy. A read or write that fails delivers nothing. */
inline copy_finish(s)
{
    d_ = req_peer[s];
    k_ = 0;
    do
    :: l_state[AT(d_, k_)] == L_COPYING && l_src[AT(d_, k_)] == s + 1 -> break
    :: else -> k_++
    od;
    if
    :: !alive[s] || !alive[d_] ->
       landing_clear(d_, k_);
       answer(s, ABORTED)
    :: else ->
       receipt[AT(d_, k_)] = req_num[s];
       l_data[AT(d_, k_)] = req_num[s];
       l_state[AT(d_, k_)] = L_RESERVED;
       printf("vm places payload %d in buffer %d of task %d\n", TAG(req_num[s]), k_, d_);
       answer(s, OK)
    fi;
    dirty[d_] = true
}

inline copy_start(d, s, k)
{
    l_state[AT(d, k)] = L_COPYING;
    l_src[AT(d, k)] = s + 1;
    l_num[AT(d, k)] = req_num[s];
    l_orphan[AT(d, k)] = false;
    /* The first piece. The buffer has the payload only at the end of the copy. */
#ifndef NO_WITHDRAW
    receipt[AT(d, k)] = req_num[s];
#endif
    l_data[AT(d, k)] = 0;
    req[s] = R_COPYING;
#ifndef LONG_COPIES
    copy_finish(s)
#endif
}

/* serve_all() */
inline serve_all(d)
{
    look_at(d, 0);
    look_at(d, 1);
    n_ = 0;
    do
    :: blocked[(d) * N + n_] ->
       requeued_ = false;
       s_ = blocked[(d) * N + n_] - 1;
       landing_choose(d, s_);
       if
       :: land_ < 2 ->
          unlink(s_);
          copy_start(d, s_, land_)
       :: else ->
          if
          :: req_noblock[s_] != 0 ->
             unlink(s_);
             refused[d] = true;
             answer(s_, WOULD_BLOCK)
          :: else -> n_++
          fi
       fi;
       if
       :: requeued_ -> n_ = 0
       :: else
       fi
    :: else -> break
    od;
    n_ = 0 /* a d_step may not end with a loop */
}

/* Checks that no sender is blocked while the open buffer is free. (Pages may change meanwhile.) */
inline check_open(d)
{
    assert(!(HAS_BLOCKED(d) && IS_FREE(AT(d, 0))))
}

/* A receiver that finds no receipt asks vm. vm has no payload for it then. */
inline on_verify(t)
{
    look_at(t, 0);
    look_at(t, 1);
    assert(!(l_state[AT(t, 0)] == L_RESERVED && l_num[AT(t, 0)] == req_num[t]));
    assert(!(l_state[AT(t, 1)] == L_RESERVED && l_num[AT(t, 1)] == req_num[t]));
    if
    :: !told[req_peer[t]] && (revoked >> TAG(req_num[t])) & 1 ->
       revoked = revoked & ~(1 << TAG(req_num[t]));
       answer(t, TRY_AGAIN)
    :: else -> answer(t, NOT_FOUND)
    fi
}

inline on_request(t)
{
    if
    :: req[t] == R_SEND ->
       if
       :: told[req_peer[t]] -> answer(t, ABORTED)
       :: else -> push_back(t)
       fi
    :: req[t] == R_VERIFY -> on_verify(t)
    :: req[t] == R_ANNOUNCE -> dirty[t] = true; answer(t, OK)
    :: else -> /* R_REGISTER */
       l_state[AT(t, 0)] = L_ARMED;
       l_state[AT(t, 1)] = L_ARMED;
       dirty[t] = true;
       answer(t, OK)
    fi
}

/* vm_on_exception() */
inline on_death(t)
{
    if
    :: req[t] == R_BLOCKED -> unlink(t); dirty[req_peer[t]] = true
    :: req[t] == R_COPYING ->
       k_ = 0;
       do
       :: l_state[AT(req_peer[t], k_)] == L_COPYING && l_src[AT(req_peer[t], k_)] == t + 1 -> break
       :: else -> k_++
       od;
       landing_clear(req_peer[t], k_);
       dirty[req_peer[t]] = true
    :: else
    fi;
    told[t] = true;
    answer(t, ABORTED);
    /* No process reads these any more. Different values would only add states. */
    ans[t] = 0;
    kind[t] = W_RUNNING;
    whom[t] = 0;
    tagged[t] = false;
    d_ = 0;
    do
    :: d_ < N ->
       taken[t * N + d_] = 0;
       taken[d_ * N + t] = 0;
       noblock_sent[t * N + d_] = false;
       noblock_sent[d_ * N + t] = false;
       k_ = 0;
       do
       :: k_ < 2 ->
          if
          :: !told[d_] && l_state[AT(d_, k_)] == L_RESERVED && l_src[AT(d_, k_)] == t + 1 ->
             l_orphan[AT(d_, k_)] = true;
             dirty[d_] = true
          :: else
          fi;
          k_++
       :: else -> break
       od;
       if
       :: (req[d_] == R_BLOCKED || req[d_] == R_COPYING) && req_peer[d_] == t ->
          answer(d_, ABORTED)
       :: else
       fi;
       blocked[t * N + d_] = 0;
       d_++
    :: else -> break
    od;
    k_ = 0;
    do
    :: k_ < 2 ->
       landing_clear(t, k_);
       l_state[AT(t, k_)] = L_NONE;
       receipt[AT(t, k_)] = 0;
       l_data[AT(t, k_)] = 0;
       copied_out[AT(t, k_)] = 0;
       k_++
    :: else -> break
    od;
    published[t] = 0;
    refused[t] = false;
    dirty[t] = false
}

#define REQUESTS(t) (req[t] > 0 && req[t] <= R_REGISTER)

/* Whether the receiver is idle in an open receive while other senders wait for it. */
#define MAY_REVOKE(d)                                                                              \
    (l_state[AT(d, 0)] == L_RESERVED && !l_orphan[AT(d, 0)] &&                                     \
     (HAS_BLOCKED(d) || refused[d]) && kind[d] == W_ANY)

inline revoke(d)
{
    if
    :: l_state[AT(d, 0)] == L_RESERVED -> landing_void(d, 0); dirty[d] = true
    :: else
    fi
}

active proctype Vm()
{
    byte d;
#ifndef LATE_REGISTER
    d_step {
        do
        :: d < N ->
           l_state[AT(d, 0)] = L_ARMED;
           l_state[AT(d, 1)] = L_ARMED;
           d++
        :: else -> break
        od;
        d = 0
    };
#endif
end:
    do
#ifdef LONG_COPIES
#define COPY(t) :: atomic { req[t] == R_COPYING -> d_step { copy_finish(t) }; goto settle }
#else
#define COPY(t)
#endif
#ifdef NO_REVOCATION
#define TICK(t)
#else
#define TICK(t) :: atomic { MAY_REVOKE(t) ->                                                       \
                            d_step { look_at(t, 0); revoke(t) }; goto settle }
#endif
#define EVENTS(t)                                                                                  \
    :: atomic { REQUESTS(t) -> d_step { on_request(t) }; goto settle }                             \
    :: atomic { !alive[t] && !told[t] -> d_step { on_death(t) }; goto settle }                     \
    COPY(t)                                                                                        \
    TICK(t)
    EVENTS(0)
    EVENTS(1)
    EVENTS(2)
#if N > 3
    EVENTS(3)
#endif
    od;

settle:
    /* vm_settle(). Publish, then look again. */
    atomic {
        if
        :: dirty[0] -> d = 0
        :: else ->
           if
           :: dirty[1] -> d = 1
           :: else ->
              if
              :: dirty[2] -> d = 2
              :: else ->
#if N > 3
                 if
                 :: dirty[3] -> d = 3
                 :: else -> d = 0; goto end
                 fi
#else
                 d = 0;
                 goto end
#endif
              fi
           fi
        fi;
        d_step { serve_all(d) }
    };
    do
    :: d_step { published[d] != NUM_BLOCKED(d) -> published[d] = NUM_BLOCKED(d) };
       d_step { serve_all(d) }
    :: published[d] == NUM_BLOCKED(d) -> break
    od;
    atomic { check_open(d); dirty[d] = false; goto settle }
}
