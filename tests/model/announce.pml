/*
 * Two-sided publishing (libipc's ool_announce(), vm's vm_settle()): a receiver R goes into a
 * receive from D alone; D may be blocked in vm by then, or be about to block. The open buffer stays
 * occupied, so only the closed one can serve D. vm learns only from R's page that D may use it.
 *
 *   R : publish the page, then read the count; not zero: announce
 *   vm: publish the count, then read the page again
 *
 * E may block too. R does not wait for E, so the count also changes because of E. Mutations, which
 * must fail: -DCOUNT_FIRST (R reads the count, then publishes) and -DNO_SECOND_LOOK (vm reads the
 * page, then publishes).
 */
#define ROUNDS 2

bool page;          /* R's page says that R receives from D alone */
byte count;         /* vm's page: the number of senders blocked for R */
bool request_d, request_e, announce;
bool d_blocked, e_blocked, placed;

#define BLOCKED (d_blocked + e_blocked)

active proctype Vm()
{
    bool announcing;
end:
    do
    :: atomic { request_d -> request_d = false; d_blocked = true }; goto settle
    :: atomic { request_e -> request_e = false; e_blocked = true }; goto settle
    :: announce -> announcing = true; goto settle
    od;
settle:
    if
    :: atomic { page && d_blocked -> d_blocked = false; placed = true }
    :: else
    fi;
    if
    :: count != BLOCKED ->
       count = BLOCKED;
#ifndef NO_SECOND_LOOK
       goto settle
#endif
    :: else
    fi;
    if
    :: announcing -> announcing = false; announce = false /* vm answers R */
    :: else
    fi;
    goto end
}

active proctype TaskD()
{
    byte i;
    do
    :: i < ROUNDS ->
       request_d = true;
       !request_d && !d_blocked && !placed; /* vm has answered, and R has received */
       i++
    :: else -> break
    od
}

active proctype TaskE()
{
    if
    :: request_e = true
    :: skip
    fi
}

active proctype TaskR()
{
    byte i, seen;
    do
    :: i < ROUNDS ->
#ifdef COUNT_FIRST
       seen = count;
       page = true;
#else
       page = true;
       seen = count;
#endif
       if
       :: seen > 0 -> announce = true; !announce
       :: else
       fi;
       atomic { placed -> placed = false }; /* sleeps until D's message comes */
       page = false;
       seen = 0;
       i++
    :: else -> break
    od
}
