/*
 * The numbers of sends, calls and pulls (channel_next_seq(), send_once(), await_answer(),
 * on_answer(), take_message()). A asks questions: it sends and calls, one at a time, and it pulls.
 * A may continue while a pull is pending. B takes the questions in order and answers at any time. B
 * may also send a message of its own, which replaces the reply to an open call. There are only
 * three numbers, so A reuses them often. Each question also has a name that is never reused.
 *
 * Checked: A never takes the answer to one question for the answer to another, and no answer
 * arrives that A does not wait for.
 *
 * Mutations, which must fail:
 *   -DNO_SKIP     the next number may be that of a pending pull
 *   -DLAST_CALL   B's message names the last call that B took, although B has answered it
 */
#define QUESTIONS 9
#define MESSAGES 2
#define NUMBERS 3

mtype = { CALL, SEND, PULL, REPLY, ACK, MESSAGE };
chan to_b = [3] of { mtype, byte, byte }; /* kind, number, name */
chan to_a = [4] of { mtype, byte, byte }; /* kind, the number answered, the name of its question */

inline next()
{
    seq = seq % NUMBERS + 1;
#ifndef NO_SKIP
    if
    :: seq == pull -> seq = seq % NUMBERS + 1
    :: else
    fi
#endif
}

/* Takes a packet while A waits for the answer `mine` (0: for none). */
inline read()
{
    to_a ? kind, ack, answers;
    if
    :: kind == MESSAGE && is_call && mine && ack == mine ->
       assert(answers == mine_name);
       mine = 0
    :: kind == MESSAGE && !(is_call && mine && ack == mine) /* stashed */
    :: kind == REPLY && pull && ack == pull ->
       assert(answers == pull_name);
       pull = 0
    :: kind != MESSAGE && !(kind == REPLY && pull && ack == pull) ->
       assert(mine && ack == mine && answers == mine_name && (kind == REPLY) == is_call);
       mine = 0
    fi;
    kind = 0;
    ack = 0;
    answers = 0
}

active proctype A()
{
    byte seq, mine, mine_name, pull, pull_name, name, ack, answers;
    bool is_call;
    mtype kind;
    do
    :: name < QUESTIONS ->
       name++;
       next();
       mine = seq;
       mine_name = name;
       if
       :: is_call = true; to_b ! CALL, mine, name
       :: is_call = false; to_b ! SEND, mine, name
       fi;
       do
       :: mine -> read()
       :: !mine -> break
       od
    :: name < QUESTIONS && !pull ->
       name++;
       next();
       pull = seq;
       pull_name = name;
       to_b ! PULL, pull, name
    :: len(to_a) > 0 -> read()
    :: name == QUESTIONS && len(to_a) == 0 ->
    end:
       len(to_a) > 0
    od
}

active proctype B()
{
    byte call, call_name, pull, pull_name, last, messages, number, name;
    mtype kind;
end:
    do
    :: to_b ? kind, number, name ->
       if
       :: kind == CALL -> call = number; call_name = name; last = number
       :: kind == SEND -> to_a ! ACK, number, name
       :: kind == PULL -> pull = number; pull_name = name
       fi;
       kind = 0;
       number = 0;
       name = 0
    :: call -> to_a ! REPLY, call, call_name; call = 0; call_name = 0
    :: pull -> to_a ! REPLY, pull, pull_name; pull = 0; pull_name = 0
    :: messages < MESSAGES ->
       messages++;
#ifdef LAST_CALL
       to_a ! MESSAGE, last, call_name;
#else
       to_a ! MESSAGE, call, call_name;
#endif
       call = 0;
       call_name = 0
    od
}
