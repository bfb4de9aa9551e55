/*
 * Notification bits and rings (link_notify(), link_read(), gather() of receive.c). The sender S and
 * the receiver R each write one word for the other: `sent` and `seen` parities. A ring is the one
 * packet that wakes R; messages of S travel in the same channel. At any time, R may start an open
 * receive, or one from S alone, in which notifications stay pending. With -DDEATH, S dies at any
 * step.
 *
 * Checked: a later open receive delivers each notification that was sent, so none is owed when no
 * process can take a step. The channel never holds more than one ring.
 *
 * Mutations, which must fail:
 *   -DRING_FIRST        S looks whether a ring is on its way, then sets the bit
 *   -DBITS_FIRST        R collects the bits, then says that the ring was consumed
 *   -DNO_COLLECT        R consumes a ring without collecting the bits
 *   -DEND_FORGETS       R drops the channel of a dead sender without collecting the bits (and -DDEATH)
 */
#define NOTIFICATIONS 3
#define MESSAGES 2

#define RING 1
#define MESSAGE 2
chan c = [NOTIFICATIONS + MESSAGES] of { byte };
bit sent_bit, sent_ring; /* in S's page */
bit seen_bit, seen_ring; /* in R's page */
bool owed;               /* a notification that R's program has not seen */
bool dead;
byte messages;           /* taken by R */

active proctype S()
{
    byte n, m;
    {
        do
        :: n < NOTIFICATIONS ->
           n++;
#ifdef RING_FIRST
           if
           :: sent_ring != seen_ring -> n = n + 100
           :: else
           fi;
#endif
           /* A notification is already pending. The new one counts as the same. */
           if
           :: atomic { sent_bit != seen_bit -> owed = true }
           :: atomic { sent_bit == seen_bit -> skip };
              atomic { sent_bit = 1 - sent_bit; owed = true }
           fi;
#ifdef RING_FIRST
           if
           :: n > 100 -> n = n - 100
           :: else -> sent_ring = 1 - sent_ring; c ! RING
           fi
#else
           if
           :: sent_ring != seen_ring
           :: else ->
              sent_ring = 1 - sent_ring;
              c ! RING
           fi
#endif
        :: m < MESSAGES && n > m -> m++; c ! MESSAGE
        :: n == NOTIFICATIONS && m == MESSAGES -> break
        od
    } unless { dead }
}

#ifdef DEATH
active proctype Death()
{
    dead = true
}
#endif

/* channel_collect_notifications() */
inline collect()
{
    if
    :: sent_bit != seen_bit -> seen_bit = 1 - seen_bit; pending = true
    :: else
    fi
}

inline read()
{
    c ? packet;
    if
    :: packet == RING ->
       assert(sent_ring != seen_ring);
#ifdef BITS_FIRST
       collect();
       seen_ring = sent_ring
#else
       seen_ring = sent_ring;
#ifndef NO_COLLECT
       collect()
#endif
#endif
    :: else -> messages++
    fi
}

active proctype R()
{
    bool pending, ended;
    byte packet;
    do
    /* An open receive, or a step of its loop. */
    :: if
       :: len(c) > 0 -> collect()
       :: len(c) == 0 && dead && !ended ->
#ifndef END_FORGETS
          collect();
#endif
          ended = true
       :: pending -> skip
       :: len(c) == 0 && !pending && (!dead || ended) ->
       end_sleep:
          len(c) > 0 || (dead && !ended)
       fi;
       if
       :: pending -> atomic { pending = false; owed = false }
       :: !pending && len(c) > 0 -> read()
       :: !pending && len(c) == 0
       fi
    /* A receive from S alone, for a message that is sure to come, or for the end of S. */
    :: messages < MESSAGES && !ended ->
       packet = 0;
       do
       :: packet == MESSAGE -> break
       :: packet != MESSAGE && len(c) > 0 -> read()
       :: packet != MESSAGE && len(c) == 0 && dead ->
#ifndef END_FORGETS
          collect();
#endif
          ended = true;
          break
       od;
       packet = 0
    od
}

active proctype Rest()
{
    timeout -> assert(!owed)
}
