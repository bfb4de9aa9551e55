// Tests the inbox: packets that were received and not taken, the order of turns, and when
// notifications may overtake.
#include <string.h>
#include "inbox.h"
#include "run_tests.h"
#include "self.h"

#define PEERS 5

struct self ipc_self;

static struct state_page own, pages[PEERS];
static struct channel peers[PEERS], launcher;
static notifications_t shown[PEERS]; // notification bits in each peer's word

notifications_t channel_collect_notifications(struct channel *ch)
{
    notifications_t bits = ch == &launcher ? 0 : shown[ch - peers];
    if (ch != &launcher)
        shown[ch - peers] = 0;
    return bits;
}

// Peer k has been waiting since time k.
static void prepare(void)
{
    ipc_self.page = &own;
    for (unsigned k = 0; k < PEERS; k++) {
        peers[k] = (struct channel){.task = (task_t)k + 2, .fd = 0};
        list_init(&peers[k].turn.stash);
        peers[k].peer.page = &pages[k];
        atomic_store(&pages[k].since_ns, k);
    }
    launcher = (struct channel){.task = KERNEL_TASK, .fd = 0};
    list_init(&launcher.turn.stash);
}

static struct packet numbered(unsigned number)
{
    return (struct packet){.type = (int)number};
}

static bool push(struct channel *ch, unsigned number)
{
    struct packet packet = numbered(number);
    return inbox_push(ch, &packet);
}

// Makes a round that finds these peers, given as a string of digits.
static void find(const char *found)
{
    inbox_begin_round();
    inbox_count_round();
    for (; *found; found++)
        inbox_add(&peers[*found - '0']);
    inbox_end_round();
}

// Serves the next `count` turns. `gave`: each turn gives the program something. Returns the digits
// of the served peers.
static const char *serve(unsigned count, bool gave)
{
    static char digits[64];
    unsigned n = 0;
    for (; n < count && inbox_has_turn(); n++) {
        struct channel *ch = inbox_next();
        digits[n] = ch == &launcher ? 'L' : (char)('0' + (ch - peers));
        struct packet packet;
        (void)inbox_pop(ch, &packet);
        inbox_served(ch, gave);
    }
    digits[n] = '\0';
    return digits;
}

// --- Stashed packets ----------------------------------------------------------------------------

START_TEST(kept_packets_come_in_order)
{
    struct packet packet;
    prepare();
    for (unsigned n = 0; n < INBOX_MAX_STASH; n++)
        ck_assert(push(&peers[1], n));
    ck_assert(!push(&peers[1], 99)); // a peer that follows the protocol sends no more
    for (unsigned n = 0; n < INBOX_MAX_STASH; n++) {
        ck_assert(inbox_pop(&peers[1], &packet));
        ck_assert_int_eq(packet.type, (int)n);
    }
    ck_assert(!inbox_pop(&peers[1], &packet));
    ck_assert(push(&peers[1], 5)); // there is room again
}
END_TEST

START_TEST(the_launcher_may_say_any_number_of_things_and_comes_first)
{
    prepare();
    ck_assert(push(&peers[0], 1));
    for (unsigned n = 0; n < 10 * INBOX_MAX_STASH; n++)
        ck_assert(push(&launcher, n));
    const char *order = serve(60, true);
    ck_assert_uint_eq(strspn(order, "L"), 10 * INBOX_MAX_STASH);
    ck_assert_str_eq(order + 10 * INBOX_MAX_STASH, "0");
}
END_TEST

// A peer whose turn gave nothing may next send a message about a task that the launcher has just
// announced.
START_TEST(the_launcher_comes_before_a_channel_that_keeps_its_place)
{
    prepare();
    find("04");
    ck_assert_str_eq(serve(1, false), "0");
    inbox_begin_round();
    inbox_count_round();
    inbox_add(&launcher);
    inbox_add(&peers[0]);
    inbox_end_round();
    ck_assert(push(&launcher, 1)); // another packet, when the channel already has a turn
    ck_assert_str_eq(serve(9, true), "L04");
    find("0");
    ck_assert_str_eq(serve(1, false), "0");
    ck_assert(push(&launcher, 2));
    find("0");
    ck_assert_str_eq(serve(9, true), "L0");
}
END_TEST

START_TEST(a_channel_with_packets_left_gets_another_turn_behind_the_others)
{
    prepare();
    ck_assert(push(&peers[2], 1) && push(&peers[2], 2) && push(&peers[1], 3));
    ck_assert_str_eq(serve(9, true), "212");
    ck_assert(inbox_is_empty());
}
END_TEST

// --- Turns --------------------------------------------------------------------------------------

// Rounds, separated by spaces, and the order in which the channels are served. `S`: one turn is
// served before the next round.
static const struct {
    const char *rounds, *order;
} orders[] = {
    {"0", "0"},           {"01234", "01234"},
    {"43210", "01234"}, // the peer that has waited longest is first, whatever the order
    {"31", "13"},         {"4 0", "40"}, // peers of earlier rounds come first
    {"42 31 0", "24130"}, {"11", "1"},
    {"21 12 2", "12"}, // a channel that has a turn keeps it
    {"3 3210", "3012"},
};

START_TEST(channels_are_served_by_round_and_then_by_how_long_they_wait)
{
    for (unsigned i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        char rounds[32];
        prepare();
        strcpy(rounds, orders[i].rounds);
        for (char *round = strtok(rounds, " "); round; round = strtok(NULL, " "))
            find(round);
        ck_assert_str_eq(serve(9, true), orders[i].order);
        ck_assert(!inbox_has_turn());
    }
}
END_TEST

START_TEST(what_was_kept_comes_before_what_a_round_finds)
{
    prepare();
    ck_assert(push(&peers[4], 1));
    find("01");
    ck_assert_str_eq(serve(9, true), "401");
}
END_TEST

START_TEST(a_channel_whose_turn_gave_nothing_is_in_front_of_the_next_round)
{
    prepare();
    find("4");
    ck_assert_str_eq(serve(1, false), "4"); // an answer for which the task does not wait
    find("014");
    ck_assert_str_eq(serve(9, true), "401");
    find("4");
    ck_assert_str_eq(serve(1, true), "4");
    find("014");
    ck_assert_str_eq(serve(9, true), "014");
}
END_TEST

START_TEST(too_many_turns_that_give_nothing_cost_the_place)
{
    prepare();
    for (unsigned n = 0; n < INBOX_MAX_STASH; n++) {
        find("014");
        ck_assert_str_eq(serve(1, false), "0");
        ck_assert_str_eq(serve(9, true), "14");
    }
    find("0");
    ck_assert_str_eq(serve(1, false), "0");
    atomic_store(&pages[0].since_ns, 100);
    find("014");
    ck_assert_str_eq(serve(9, true), "140");
}
END_TEST

START_TEST(a_channel_that_ended_keeps_no_place)
{
    prepare();
    find("4");
    peers[4].fd = -1;
    ck_assert_str_eq(serve(1, false), "4");
    find("014");
    ck_assert_str_eq(serve(9, true), "014");
}
END_TEST

START_TEST(the_page_says_which_rounds_are_served)
{
    prepare();
    find("");
    inbox_note_served();
    uint32_t before = atomic_load(&own.rounds_begun);
    ck_assert_uint_eq(atomic_load(&own.rounds_served), before);
    find("3");
    find("1");
    inbox_note_served(); // changes nothing: both rounds have turns left
    ck_assert_uint_eq(atomic_load(&own.rounds_begun), before + 2);
    ck_assert_uint_eq(atomic_load(&own.rounds_served), before);
    (void)serve(1, true);
    // The last turn was one of the first round.
    ck_assert_uint_eq(atomic_load(&own.rounds_served), before);
    (void)serve(1, true);
    ck_assert_uint_eq(atomic_load(&own.rounds_served), before + 1);
    inbox_note_served();
    ck_assert_uint_eq(atomic_load(&own.rounds_served), before + 2);
}
END_TEST

// --- Notifications ------------------------------------------------------------------------------

START_TEST(notifications_are_collected_once)
{
    notifications_t bits;
    prepare();
    ck_assert(!inbox_take_notifications(&bits));
    inbox_pend(0x10);
    inbox_pend(0x08);
    shown[2] = 0x41;
    shown[3] = 0x02;
    find("2");
    ck_assert(!inbox_is_empty());
    ck_assert(inbox_take_notifications(&bits));
    ck_assert_uint_eq(bits, 0x59);
    ck_assert(!inbox_take_notifications(&bits));
    (void)serve(9, true);
    ck_assert(inbox_is_empty());
}
END_TEST

START_TEST(notifications_pass_a_channel_once)
{
    notifications_t bits;
    prepare();
    find("012");
    ck_assert(push(&launcher, 1)); // notifications may always overtake the launcher's packets
    inbox_pend(1);
    ck_assert(inbox_may_notify());
    ck_assert(inbox_take_notifications(&bits));
    inbox_pend(1);
    ck_assert_str_eq(serve(1, true), "L");
    for (unsigned k = 0; k < 3; k++) {
        ck_assert(!inbox_may_notify()); // notifications overtake each channel once
        (void)serve(1, true);
    }
    ck_assert(inbox_may_notify());
    ck_assert(inbox_take_notifications(&bits));
}
END_TEST

START_TEST(a_channel_that_was_passed_and_gave_nothing_is_not_passed_again)
{
    notifications_t bits;
    prepare();
    find("2");
    inbox_pend(1);
    ck_assert(inbox_take_notifications(&bits));
    inbox_pend(1);
    ck_assert_str_eq(serve(1, false), "2");
    find("2"); // peer 2's message is there now
    ck_assert(!inbox_may_notify());
    ck_assert_str_eq(serve(1, true), "2");
    ck_assert(inbox_may_notify());
}
END_TEST

RUN_TESTS("inbox", kept_packets_come_in_order,
          the_launcher_may_say_any_number_of_things_and_comes_first,
          the_launcher_comes_before_a_channel_that_keeps_its_place,
          a_channel_with_packets_left_gets_another_turn_behind_the_others,
          channels_are_served_by_round_and_then_by_how_long_they_wait,
          what_was_kept_comes_before_what_a_round_finds,
          a_channel_whose_turn_gave_nothing_is_in_front_of_the_next_round,
          too_many_turns_that_give_nothing_cost_the_place, a_channel_that_ended_keeps_no_place,
          the_page_says_which_rounds_are_served, notifications_are_collected_once,
          notifications_pass_a_channel_once,
          a_channel_that_was_passed_and_gave_nothing_is_not_passed_again)
