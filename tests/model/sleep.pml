/*
 * Sleeping and waking through shared memory (libipc's doorbell.c, shm_send.c, shm_recv.c,
 * receive.c; the launcher's doorbells.c and channels_ended()). Two senders put messages for a
 * receiver R into rings with room for one each. R receives from one of them (while that one owes it
 * a message) or from both, and then sleeps on the doorbells of all, or on its sockets. A sender
 * that finds no room says that it wants some, and sleeps. From the beginning, R keeps a reply for
 * sender 0, which makes room for it at some time. With -DDEATH=i, sender i dies at any step; the
 * launcher marks it, then rings.
 *
 * Checked: when no process can take a step, R has taken every message, no living sender waits, R
 * has sent the kept reply unless its caller is dead, and R knows of the death.
 *
 * The kernel compares a futex's word and goes to sleep in one step. Every access to memory is a
 * step of its own in this model, and sequentially consistent. In the code, the accesses that matter
 * are sequentially consistent too (see docs/transports.md).
 *
 * Mutations, which must fail:
 *   -DASLEEP_LATE   R reads the doorbells again, then says that it sleeps (on its sockets)
 *   -DNO_LOOK       R does not read the doorbells again once it has said so (on its sockets)
 *   -DDOORBELL_LATE     R looks, then reads the doorbells on which it sleeps
 *   -DDOORBELL_FIRST    a sender rings, then puts
 *   -DWANTS_LATE    a sender looks for room, then says that it wants some
 *   -DKEPT_FORGOTTEN  R does not look, before it sleeps, whether the peer that drains its reply has rung
 *   -DONE_FORGETS   the same, if R waits for one sender alone (and -DANSWER_FIRST)
 *   -DRING_FIRST    the launcher rings, then marks (and -DDEATH=i)
 *   -DNO_RING       the launcher does not ring (and -DDEATH=i)
 */
#define SENDERS 2
#ifdef DEATH
#define MESSAGES(i) ((i) == DEATH -> 2 : 0)
#else
#define MESSAGES(i) (2 - (i))
#endif

/* With -DANSWER_FIRST, sender 0 puts no message before it has received the whole kept reply. */
#ifdef ANSWER_FIRST
#define MAY_PUT(i) (i != 0 || !kept)
#else
#define MAY_PUT(i) true
#endif

#define NOT 0
#define FUTEX 1
#define SOCKET 2

byte put[SENDERS], taken[SENDERS];
/* Doorbells, as their readers see them: whether one was rung since it was last read. */
bool rung[SENDERS];   /* the sender's */
bool kept_rung = true; /* the same for sender 0, since R last checked whether it made room */
bool rrung[SENDERS];  /* R's for the sender */
bool wants[SENDERS], sasleep[SENDERS], swaits[SENDERS];
byte asleep;          /* R's page */
bool waits, on[SENDERS]; /* R is in the kernel, on these doorbells */
bool packet;          /* a packet is at a socket of R */
bool marked[SENDERS], dead[SENDERS];
bool known[SENDERS];  /* R has seen the end */
bool finished[SENDERS];
bool room, kept = true;

inline count(i)
{
    d_step {
        rung[i] = true;
        kept_rung = kept_rung || i == 0
    }
}

inline wake(i)
{
    d_step {
        if
        :: on[i] -> waits = false
        :: else
        fi
    }
}

inline ring(i)
{
    count(i);
    if
    :: asleep == FUTEX -> wake(i)
    :: asleep == SOCKET -> packet = true
    :: asleep == NOT
    fi
}

proctype Sender(byte i)
{
    {
        do
        :: put[i] < MESSAGES(i) && MAY_PUT(i) ->
#ifndef WANTS_LATE
           wants[i] = true;
#endif
           do
           :: rrung[i] = false;
              if
              :: put[i] == taken[i] -> break
              :: else
              fi;
#ifdef WANTS_LATE
              wants[i] = true;
#endif
              sasleep[i] = true;
              if
              :: !rrung[i] ->
                 atomic {
                     if
                     :: !rrung[i] -> swaits[i] = true
                     :: else
                     fi
                 };
                 !swaits[i]
              :: else
              fi;
              sasleep[i] = false
           od;
           wants[i] = false;
#ifdef DOORBELL_FIRST
           ring(i);
           put[i] = put[i] + 1
#else
           put[i] = put[i] + 1;
           ring(i)
#endif
        :: i == 0 && !room -> /* R wants room, because it keeps a reply */
           room = true;
           ring(i)
        :: put[i] == MESSAGES(i) && (i != 0 || room) -> break
        od;
        finished[i] = true
    } unless { dead[i] }
}

#ifdef DEATH
proctype Launcher()
{
    byte i = DEATH;
    dead[i] = true;
    swaits[i] = false;
#ifdef RING_FIRST
    count(i);
    wake(i);
    packet = true; /* end of file at its socket */
    marked[i] = true
#else
    marked[i] = true;
#ifndef NO_RING
    count(i);
    wake(i);
    packet = true
#endif
#endif
}
#endif

inline pump()
{
    if
    :: kept && kept_rung ->
       kept_rung = false;
       if
       :: room || marked[0] -> kept = false
       :: else
       fi
    :: else
    fi
}

#ifdef KEPT_FORGOTTEN
#define PUMP_DUE false
#else
#define PUMP_DUE (kept && kept_rung)
#endif
#ifdef ONE_FORGETS
#define PUMP_DUE_FOR_ONE false
#else
#define PUMP_DUE_FOR_ONE PUMP_DUE
#endif
#define PENDING(i) (put[i] != taken[i] || (marked[i] && !known[i]))

/* Takes a message, or notices the end, of sender i. */
inline take(i)
{
    if
    :: put[i] != taken[i] ->
       took = true;
       taken[i] = taken[i] + 1;
       if
       :: wants[i] ->
          rrung[i] = true;
          if
          :: sasleep[i] -> swaits[i] = false
          :: else
          fi
       :: else
       fi
    :: put[i] == taken[i] && marked[i] && !known[i] -> known[i] = true; took = true
    :: else
    fi
}

/* Sleeps on the doorbells of the senders from `first` to `last`, and of the caller that drains the
 * kept reply. (Before that, R read the doorbells and asked whether that caller has rung.) */
#define CHANGED ((first == 0 && rung[0]) || (last == 1 && rung[1]) || (first == 1 && kept && kept_rung))
inline sleep_on_doorbells()
{
    asleep = FUTEX;
    if
    :: CHANGED
    :: else ->
       atomic {
           if
           :: !CHANGED ->
              on[0] = first == 0 || kept;
              on[1] = last == 1;
              waits = true
           :: else
           fi
       };
    end_futex:
       atomic { !waits -> on[0] = false; on[1] = false }
    fi;
    asleep = NOT
}

inline wait_for_all()
{
#ifdef DOORBELL_LATE
    if
    :: PENDING(0) || PENDING(1) || PUMP_DUE
    :: else ->
       rung[0] = false;
       rung[1] = false;
       sleep_on_doorbells()
    fi
#else
    rung[0] = false;
    rung[1] = false;
    if
    :: PENDING(0) || PENDING(1) || PUMP_DUE
    :: else -> sleep_on_doorbells()
    fi
#endif
}

inline wait_for_one(i)
{
    first = i;
    last = i;
    take(i);
    if
    :: took
    :: else ->
       pump();
       rung[i] = false;
       if
       :: PENDING(i) || PUMP_DUE_FOR_ONE
       :: else -> sleep_on_doorbells()
       fi
    fi;
    first = 0;
    last = 1;
    took = false
}

inline sleep_on_sockets()
{
    rung[0] = false;
    rung[1] = false;
    looked = true;
    if
    :: PENDING(0) || PENDING(1) || PUMP_DUE
    :: else ->
#ifdef ASLEEP_LATE
       looked = rung[0] || rung[1];
       asleep = SOCKET
#else
       asleep = SOCKET;
#ifdef NO_LOOK
       looked = false
#else
       looked = rung[0] || rung[1]
#endif
#endif
    fi;
    if
    :: looked
    :: else ->
    end_socket:
       packet
    fi;
    looked = false;
    asleep = NOT;
    packet = false /* R reads it */
}

proctype R()
{
    byte first = 0, last = 1;
    bool looked, took;
    do
    :: taken[0] < MESSAGES(0) && !known[0] -> wait_for_one(0)
    :: taken[1] < MESSAGES(1) && !known[1] -> wait_for_one(1)
    :: pump();
       took = false;
       take(0);
       take(1);
       if
       :: took
       :: !took -> wait_for_all()
       :: !took -> sleep_on_sockets()
       fi;
       took = false
    od
}

init
{
    atomic {
        run Sender(0);
        run Sender(1);
        run R();
#ifdef DEATH
        run Launcher()
#endif
    };
    timeout;
    byte i;
    for (i : 0 .. SENDERS - 1) {
        assert(put[i] == taken[i]);
        assert(finished[i] || dead[i]);
        assert(!marked[i] || known[i])
    };
    assert(!kept)
}
