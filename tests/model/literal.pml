/*
 * The protocol exactly as the original specification states it: a receiver has one buffer, any
 * sender may fill it, and it stays filled until the message comes. It must fail. This failure is
 * the reason for the closed buffer, tags and revocation in ours.pml. docs/model.md shows the
 * traces.
 *
 *   -DCROSSED  R receives from D alone, while A's payload is in its buffer
 *   -DFILES    the same with a call: file server R calls disk server D
 *   -DSILENT   A places a payload and never sends its message
 */
mtype = { A, R, D };

bool armed, filled;                /* R's buffer: registered by ool.recv; in use */
chan ool_send = [0] of { mtype };  /* to vm: place my payload for R */
chan answer = [0] of { mtype };    /* from vm: it is placed */
chan ool_recv = [0] of { mtype };  /* to vm: here is a buffer */
chan message = [0] of { mtype };   /* a rendezvous with R */
chan request = [0] of { mtype };   /* R's call to D */

active proctype Vm()
{
    mtype who;
end:
    do
    :: ool_recv ? _ -> armed = true
    /* A sender waits while no buffer is unused. */
    :: armed && !filled ->
    end_armed:
       if
       :: atomic { ool_send ? who -> filled = true;
                   printf("%e -> vm: ool.send(R)     its payload fills R's buffer\n", who) };
          answer ! who
       :: ool_recv ? _
       fi
    od
}

/* ipc_recv() arms a buffer when there is none. */
inline arm()
{
    if
    :: !armed -> printf("R -> vm: ool.recv\n"); ool_recv ! R
    :: else
    fi
}

inline verify(who)
{
    atomic {
        printf("%e -> R : its message;  R -> vm: ool.verify\n", who);
        assert(armed && filled);
        armed = false;
        filled = false
    }
}

inline send(who)
{
    printf("%e       : ipc_send(R), calls ool.send\n", who);
    ool_send ! who;
    answer ? eval(who);
    message ! who
}

active proctype TaskA()
{
#ifdef SILENT
    ool_send ! A;
    answer ? eval(A);
    printf("A       : never sends its message\n");
end:
    false
#else
    send(A)
#endif
}

active proctype TaskD()
{
#ifdef FILES
    request ? _;
#endif
    send(D)
}

active proctype TaskR()
{
    mtype who;
#ifdef FILES
    arm(); /* by the receive after which R calls D */
    printf("R -> D : a request; R waits for D's answer alone\n");
    request ! R;
#endif
#ifdef CROSSED
    arm();
    printf("R       : ipc_recv(D), waits for D alone\n");
#endif
#ifndef SILENT
    message ? eval(D);
    verify(D);
#endif
    do
    :: arm();
       printf("R       : ipc_recv(ANY)\n");
    end_open:
       message ? who;
       verify(who)
    od
}
