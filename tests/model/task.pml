/* A task: the library's side of the protocol, run by the programs of the scenario. */
#define me _pid

#ifdef NO_ANNOUNCE
#define ANNOUNCES false
#else
#define ANNOUNCES true
#endif
#ifdef NO_TELL
#define TELLS false
#else
#define TELLS true
#endif
#ifdef NO_CHECK
#define IS_VALID(k) true
#else
#define IS_VALID(k) (receipt[AT(me, k)] == p_num)
#endif
#ifdef LATE_REGISTER
#define REGISTER                                                                                   \
    if                                                                                             \
    :: op != DO_SEND && l_state[AT(me, 0)] == L_NONE ->                                            \
       atomic { ask_vm(R_REGISTER, 0, 0, 0) };                                                 \
       atomic { answer_of_vm() }                                                                   \
    :: else                                                                                        \
    fi
#else
#define REGISTER skip
#endif

inline wait_begin(kind_, whom_)
{
    kind[me] = kind_;
    whom[me] = whom_;
    tagged[me] = false /* another episode */
}

inline ask_vm(what, peer_, num_, noblock_)
{
    req_peer[me] = peer_;
    req_num[me] = num_;
    req_noblock[me] = noblock_;
    req[me] = what
}

/* Reading the answer is part of the task's next step, because no other process can observe it. */
inline answer_of_vm()
{
    ans[me] -> err = ans[me]; ans[me] = 0
}

inline put(to, kind_, num_, ack_, with_)
{
    assert(len(CH(me, to)) < 3);
    CH(me, to) ! kind_, num_, ack_, with_;
    if
    :: with_ == NOTHING ->
       printf("task %d -> task %d: %e, message %d, ack %d\n", me, to, kind_, TAG(num_), TAG(ack_))
    :: with_ == PAYLOAD ->
       printf("task %d -> task %d: %e, message %d, ack %d, with a payload\n", me, to, kind_,
              TAG(num_), TAG(ack_))
    :: else ->
       printf("task %d -> task %d: %e, message %d, ack %d, error %d\n", me, to, kind_, TAG(num_),
              TAG(ack_), with_)
    fi
}

/* Delivers the message to the program. Checks that this happens only once. */
inline deliver(num_)
{
    assert(!((delivered >> TAG(num_)) & 1));
    delivered = delivered | (1 << TAG(num_));
    printf("task %d has message %d\n", me, TAG(num_))
}

/* Checks the result of a send or call. */
inline check_result()
{
    if
    :: err == OK -> assert((delivered >> tag) & 1)
    :: err == ABORTED -> assert(!alive[peer])
    :: err == TRY_AGAIN -> assert(tries == MAX_TRIES)
    :: else -> assert(false)
    fi
}

#define IS_MESSAGE (p_kind == P_SEND || p_kind == P_CALL || p_kind == P_NOBLOCK)
#define IS_MY_ANSWER (p_ack == num && !(p_kind == P_ACK && op == DO_CALL))
#define SOMETHING(p) (len(STASH(me, p)) + len(CH(p, me)) > 0)

inline read(p)
{
    if
    :: len(STASH(me, p)) > 0 -> STASH(me, p) ? p_kind, p_num, p_ack, p_with
    :: else -> CH(p, me) ? p_kind, p_num, p_ack, p_with
    fi
}

active [N] proctype Task()
{
    byte pc, op, peer, tag, num, ack, tries, err;  /* the program and its current operation */
    bool pay;
    mtype p_kind;                                  /* the packet at hand */
    byte from, p_num, p_ack, p_with;
    byte buffer;                                   /* being copied out */
    byte client, call;                             /* the program's own */

    {
        skip;
    done:
        skip; /* others see this state of the page until the next step */
    next:
        atomic {
            if
            :: op == DO_SEND || op == DO_CALL -> check_result()
            :: else
            fi;
            kind[me] = W_RUNNING;
            whom[me] = 0;
            op = 0; peer = 0; tag = 0; pay = false;
            PROGRAM;
            from = 0; p_kind = 0; p_num = 0; p_ack = 0; p_with = 0;
            num = 0; ack = 0; tries = 0; err = 0;
            if
            :: op == DO_SEND || op == DO_CALL -> goto send
            :: op == DO_RECV || op == DO_POLL -> goto receive_closed
            :: op == DO_OPEN -> goto receive_open
            :: op == DO_REPLY -> goto reply
            :: op == DO_NOBLOCK -> goto noblock
            :: op == DO_PLACE -> goto place
            :: op == DO_HANG -> goto hang
            :: op == DO_EXIT -> goto leave
            fi
        };

        /* --- send_and_wait() --- */
    send:
        REGISTER;
        atomic {
            if
            :: op == DO_CALL -> wait_begin(W_CALL, peer)
            :: else -> wait_begin(W_SEND, peer)
            fi;
            ack = taken[me * N + peer]
        };
    send_once:
        atomic {
            num = 2 * tag + tries % 2;
            if
            :: pay -> ask_vm(R_SEND, peer, num, 0)
            :: else
            fi
        };
        atomic {
            if
            :: pay && ans[me] -> answer_of_vm()
            :: !pay -> err = OK
            fi;
            if
            :: err != OK -> goto done
            :: else
            fi;
            taken[me * N + peer] = 0;
            if
            :: !alive[peer] -> err = ABORTED; goto done
            :: else
            fi;
            if
            :: op == DO_CALL -> put(peer, P_CALL, num, ack, pay)
            :: else -> put(peer, P_SEND, num, ack, pay)
            fi
        };
    await_answer:
        atomic {
            if
            :: len(CH(peer, me)) > 0 -> CH(peer, me) ? p_kind, p_num, p_ack, p_with
            :: len(CH(peer, me)) == 0 && !alive[peer] -> err = ABORTED; goto done
            fi;
            from = peer;
            if
            :: IS_MESSAGE && op == DO_CALL && p_ack == num -> goto take
            :: IS_MESSAGE && !(op == DO_CALL && p_ack == num) ->
               assert(len(STASH(me, peer)) < 2);
               STASH(me, peer) ! p_kind, p_num, p_ack, p_with;
               goto await_answer
            :: else -> /* an answer, perhaps to an earlier call, perhaps with a payload */
               if
               :: p_with == PAYLOAD -> goto take
               :: p_with != PAYLOAD && !IS_MY_ANSWER -> goto await_answer
               :: else
               fi
            fi;
            if
            :: p_kind == P_NACK && p_with == TRY_AGAIN && tries < MAX_TRIES ->
               tries++;
               goto send_once
            :: else ->
               err = p_with;
               if
               :: p_with == NOTHING -> err = OK
               :: else
               fi;
               if
               :: p_with == NOTHING && p_kind == P_REPLY -> deliver(p_num)
               :: else
               fi;
               goto done
            fi
        };

        /* --- receive_closed() --- */
    receive_closed:
        REGISTER;
        atomic { wait_begin(W_RECV, peer) };
        /* ool_announce() */
        atomic {
            if
            :: published[me] > 0 && ANNOUNCES -> ask_vm(R_ANNOUNCE, 0, 0, 0)
            :: else -> goto await_message
            fi
        };
        atomic { answer_of_vm() };
    await_message:
        atomic {
            if
            :: SOMETHING(peer) -> read(peer)
            :: !SOMETHING(peer) && !alive[peer] -> err = ABORTED; goto done
            :: !SOMETHING(peer) && alive[peer] && op == DO_POLL -> goto done
            fi;
            from = peer;
            if
            :: IS_MESSAGE || p_with == PAYLOAD -> goto take
            :: else -> goto await_message
            fi
        };

        /* --- receive_open() --- */
    receive_open:
        REGISTER;
        atomic { wait_begin(W_ANY, 0) };
    end_receive_open:
        atomic {
            if
            :: SOMETHING(0) -> from = 0
            :: SOMETHING(1) -> from = 1
            :: SOMETHING(2) -> from = 2
#if N > 3
            :: SOMETHING(3) -> from = 3
#endif
            fi;
            read(from);
            if
            :: IS_MESSAGE || p_with == PAYLOAD -> goto take
            :: else -> goto end_receive_open
            fi
        };

        /* --- take_message(), take_answer(), drop_answer() --- */
    take:
        /* ool_take(). The payload is right when the copy begins, and still right at its end if the
         * receipt has not changed. */
        atomic {
            if
            :: p_with != PAYLOAD -> err = OK; goto admit
            :: p_with == PAYLOAD && receipt[AT(me, 0)] == p_num -> buffer = 0
            :: p_with == PAYLOAD && receipt[AT(me, 1)] == p_num -> buffer = 1
            :: p_with == PAYLOAD && receipt[AT(me, 0)] != p_num && receipt[AT(me, 1)] != p_num ->
               goto ask
            fi;
            assert(l_data[AT(me, buffer)] == p_num)
        };
        atomic {
            if
            :: IS_VALID(buffer) ->
               assert(l_data[AT(me, buffer)] == p_num);
               receipt[AT(me, buffer)] = 0;
               l_data[AT(me, buffer)] = 0
            :: else -> buffer = 0; goto ask
            fi
        };
        /* This step includes ool_announce(). announce.pml has the two as separate steps. */
        atomic {
            /* vm ignores any other value, which would only add states. So would an id that vm
             * remembers for a message that has arrived. */
            copied_out[AT(me, buffer)] = (l_num[AT(me, buffer)] == p_num -> p_num : 0);
            revoked = revoked & ~(1 << TAG(p_num));
            buffer = 0;
            err = OK;
            if
            :: published[me] > 0 && TELLS -> ask_vm(R_ANNOUNCE, 0, 0, 0)
            :: else -> goto admit
            fi
        };
        atomic { answer_of_vm(); goto admit };
    ask:
        atomic { ask_vm(R_VERIFY, from, p_num, 0) };
        atomic { answer_of_vm() };
    admit:
        atomic {
            if
            :: p_kind == P_NOBLOCK -> noblock_sent[from * N + me] = false
            :: else
            fi;
            if
            :: p_kind == P_REPLY ->
               if
               :: op != DO_CALL || !IS_MY_ANSWER || from != peer -> skip /* dropped */
               :: else ->
                  if
                  :: err == OK -> deliver(p_num)
                  :: else
                  fi;
                  goto done
               fi
            :: p_kind == P_NOBLOCK && err != OK ->
               LOST_NOBLOCK
            :: IS_MESSAGE && p_kind != P_NOBLOCK && err != OK ->
               if
               :: alive[from] -> put(from, P_NACK, 0, p_num, err)
               :: else
               fi
            :: else ->
               if
               :: p_kind == P_CALL -> taken[me * N + from] = p_num
               :: p_kind == P_SEND && alive[from] -> put(from, P_ACK, 0, p_num, NOTHING)
               :: else
               fi;
               deliver(p_num);
               goto done
            fi;
            if
            :: op == DO_OPEN -> goto end_receive_open
            :: op == DO_RECV || op == DO_POLL -> goto await_message
            :: else -> goto await_answer
            fi
        };

        /* --- send_reply() --- */
    reply:
        atomic {
            if
            :: pay -> ask_vm(R_SEND, peer, REPLY(call), IN_REPLY)
            :: else
            fi
        };
        atomic {
            if
            :: pay && ans[me] -> answer_of_vm()
            :: !pay -> err = OK
            fi;
            if
            :: alive[peer] && err == OK ->
               put(peer, P_REPLY, REPLY(call), taken[me * N + peer], pay)
            :: alive[peer] && err != OK ->
               put(peer, P_REPLY, REPLY(call), taken[me * N + peer], err)
            :: else
            fi;
            taken[me * N + peer] = 0;
            goto next
        };

        /* --- send_noblock(), which is no reply --- */
    noblock:
        atomic {
            if
            :: alive[peer] && !noblock_sent[me * N + peer] &&
               (kind[peer] == W_ANY || (kind[peer] == W_RECV && whom[peer] == me)) -> skip
            :: else -> goto next
            fi;
            num = 2 * tag;
            ask_vm(R_SEND, peer, num, NOBLOCK)
        };
        atomic {
            answer_of_vm();
            if
            :: err == OK && alive[peer] ->
               noblock_sent[me * N + peer] = true;
               put(peer, P_NOBLOCK, num, 0, pay)
            :: else
            fi;
            goto next
        };

    place:
        atomic { ask_vm(R_SEND, peer, 2 * tag, 0) };
        atomic { answer_of_vm(); goto next };

    hang:
    end_hang:
        false;

    leave:
        alive[me] = false;
        false
    } unless { !alive[me] };

    /* No process reads the state of the ended task, or the packets left for it. */
    d_step {
        pc = 0; op = 0; peer = 0; tag = 0; num = 0; ack = 0; tries = 0; err = 0; pay = false;
        from = 0; p_kind = 0; p_num = 0; p_ack = 0; p_with = 0; client = 0; call = 0;
        buffer = 0;
        do
        :: len(CH(0, me)) > 0 -> CH(0, me) ? _, _, _, _
        :: len(CH(1, me)) > 0 -> CH(1, me) ? _, _, _, _
        :: len(CH(2, me)) > 0 -> CH(2, me) ? _, _, _, _
        :: len(STASH(me, 0)) > 0 -> STASH(me, 0) ? _, _, _, _
        :: len(STASH(me, 1)) > 0 -> STASH(me, 1) ? _, _, _, _
        :: len(STASH(me, 2)) > 0 -> STASH(me, 2) ? _, _, _, _
#if N > 3
        :: len(CH(3, me)) > 0 -> CH(3, me) ? _, _, _, _
        :: len(STASH(me, 3)) > 0 -> STASH(me, 3) ? _, _, _, _
#endif
        :: else -> break
        od
    }
}
