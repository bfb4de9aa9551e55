// Calls generated stubs. Their messages go to the generated dispatcher, in the same process. The
// arguments arrive, the results come back, and each payload is freed once (the sanitizers check
// that).
#include <check.h>
#include <stdio.h>

#include <idl/demo.h>
#include <idl/demo_server.h>
#include "stub_transport.h"

// --- A server -----------------------------------------------------------------------------------

static char told[64];

static error_t do_add(task_t client, int a, int b, int *sum)
{
    ck_assert_int_eq(client, CLIENT);
    *sum = a + b;
    return OK;
}

static error_t do_join(task_t client, const char *first, const char *second, char **joined)
{
    (void)client;
    if (!*first)
        return *second ? ERR_EMPTY : OK; // OK without a string: an empty one
    size_t size = strlen(first) + strlen(second) + 1;
    *joined = malloc(size);
    snprintf(*joined, size, "%s%s", first, second);
    return OK;
}

static error_t do_reverse(task_t client, const void *data, size_t data_len, bool twice,
                          void **data_out, size_t *data_out_len, bool *was_long)
{
    (void)client;
    const char *bytes = data;
    char *reversed = malloc(data_len + 1);
    for (size_t i = 0; i < data_len; i++)
        reversed[i] = bytes[twice ? i : data_len - 1 - i];
    *data_out = reversed;
    *data_out_len = data_len;
    *was_long = data_len > 3;
    return OK;
}

static error_t do_four(task_t client, const char *a, const void *b, size_t b_len, const char *c,
                       const void *d, size_t d_len, uint32_t lens[4], enum demo_colour *colour)
{
    (void)client;
    (void)b;
    (void)d;
    lens[0] = (uint32_t)strlen(a);
    lens[1] = (uint32_t)b_len;
    lens[2] = (uint32_t)strlen(c);
    lens[3] = (uint32_t)d_len;
    *colour = DEMO_COLOUR_BLUE;
    return OK;
}

static error_t do_label(task_t client, const char *name, const demo_pair_t pair, char name_out[8],
                        demo_pair_t pair_out)
{
    (void)client;
    ck_assert_uint_le(strlen(name), 8);
    for (size_t i = 0; name[i]; i++)
        name_out[i] = (char)(name[i] + 1);
    pair_out[0] = pair[1];
    pair_out[1] = pair[0];
    return OK;
}

static error_t do_many(task_t client, const char *text, const void *data, size_t data_len,
                       unsigned count, char **text_out, void **data_out, size_t *data_out_len,
                       char label[8], demo_pair_t pair, bool *flag, unsigned *count_out,
                       uint64_t *total)
{
    (void)client;
    *text_out = strdup(text);
    *data_out = malloc(data_len + 1);
    memcpy(*data_out, data, data_len);
    *data_out_len = data_len;
    memcpy(label, "filled!!", 8);
    pair[0] = 1;
    pair[1] = 2;
    *flag = true;
    *count_out = count + 1;
    *total = 1ull << 40;
    return count == 0 ? ERR_EMPTY : OK;
}

// The same with a structure. It returns another `pair`, so that a test can tell which one was
// called.
static error_t do_many_into(task_t client, const char *text, const void *data, size_t data_len,
                            unsigned count, struct demo_many_reply_fields *results)
{
    static const struct demo_many_reply_fields zero;
    ck_assert_mem_eq(results, &zero, sizeof(zero));
    demo_pair_t pair;
    error_t err = do_many(client, text, data, data_len, count, &results->text, &results->data,
                          &results->data_len, results->label, pair, &results->flag, &results->count,
                          &results->total);
    results->pair[0] = 3;
    results->pair[1] = 4;
    if (IS_ERROR(err)) {
        free(results->text);
        free(results->data);
    }
    return err;
}

static error_t do_later(task_t client, int n, int *n_out)
{
    (void)n_out;
    if (n < 0)
        return DONT_REPLY;
    demo_later_reply(client, n * 2);
    return DONT_REPLY;
}

static error_t do_again(task_t client, int n, int *n_out)
{
    (void)client;
    *n_out = n + 1;
    return OK;
}

static void do_tell(task_t client, const char *text, bool loud)
{
    ck_assert_int_eq(client, CLIENT);
    snprintf(told, sizeof(told), "%s%s", text, loud ? "!" : "");
}

static const struct demo_ops all_ops = {
    .add = do_add,
    .join = do_join,
    .reverse = do_reverse,
    .four = do_four,
    .label = do_label,
    .later = do_later,
    .again = do_again,
    .once = do_again,
    .tell = do_tell,
};

static void set_up(void)
{
    ops = &all_ops;
    tamper = NULL;
    dead = 0;
    num_calls = 0;
    told[0] = '\0';
}

// --- Tests --------------------------------------------------------------------------------------

START_TEST(numbers_go_and_come_back)
{
    int sum = 0;
    ck_assert_int_eq(demo_add(SERVER, 40, 2, &sum), OK);
    ck_assert_int_eq(sum, 42);
    ck_assert_int_eq(last_dst, SERVER);
}
END_TEST

START_TEST(strings_belong_to_the_caller)
{
    char *joined = NULL;
    ck_assert_int_eq(demo_join(SERVER, "out-of", "-line", &joined), OK);
    ck_assert_str_eq(joined, "out-of-line");
    free(joined);
    ck_assert_int_eq(demo_join(SERVER, "", "", &joined), OK);
    ck_assert_str_eq(joined, "");
    free(joined);
}
END_TEST

START_TEST(an_error_leaves_results_alone)
{
    char *joined = told;
    ck_assert_int_eq(demo_join(SERVER, "", "x", &joined), ERR_EMPTY);
    ck_assert_ptr_eq(joined, told);
}
END_TEST

START_TEST(bytes_of_any_length_go_and_come_back)
{
    void *data = NULL;
    size_t len = 99;
    bool was_long = false;
    ck_assert_int_eq(demo_reverse(SERVER, "abcd", 4, false, &data, &len, &was_long), OK);
    ck_assert_uint_eq(len, 4);
    ck_assert_mem_eq(data, "dcba", 4);
    ck_assert(was_long);
    free(data);
    ck_assert_int_eq(demo_reverse(SERVER, NULL, 0, true, &data, &len, &was_long), OK);
    ck_assert_uint_eq(len, 0);
    ck_assert_ptr_nonnull(data);
    ck_assert(!was_long);
    free(data);
}
END_TEST

static void check_many(unsigned pair_0, unsigned pair_1)
{
    char *text, label[9];
    void *data;
    size_t data_len;
    demo_pair_t pair;
    bool flag = false;
    unsigned count;
    uint64_t total;
    ck_assert_int_eq(demo_many(SERVER, "text", "data", 4, 7, &text, &data, &data_len, label, pair,
                               &flag, &count, &total),
                     OK);
    ck_assert_str_eq(text, "text");
    ck_assert_uint_eq(data_len, 4);
    ck_assert_mem_eq(data, "data", 4);
    ck_assert_mem_eq(label, "filled!!", 8);
    ck_assert_uint_eq(pair[0], pair_0);
    ck_assert_uint_eq(pair[1], pair_1);
    ck_assert(flag);
    ck_assert_uint_eq(count, 8);
    ck_assert_uint_eq(total, 1ull << 40);
    free(text);
    free(data);
}

START_TEST(many_results_come_from_either_form_of_a_handler)
{
    const struct demo_ops old = {.many = do_many}, into = {.many_into = do_many_into};
    const struct demo_ops both = {.many = do_many, .many_into = do_many_into};
    ops = &old;
    check_many(1, 2);
    ops = &into;
    check_many(3, 4);
    ops = &both;
    check_many(3, 4);
}
END_TEST

START_TEST(an_error_of_a_handler_with_a_structure_is_the_reply)
{
    const struct demo_ops into = {.many_into = do_many_into};
    char *text = told, label[9];
    void *data = told;
    size_t data_len;
    demo_pair_t pair;
    bool flag;
    unsigned count;
    uint64_t total;
    ops = &into;
    ck_assert_int_eq(demo_many(SERVER, "text", "data", 4, 0, &text, &data, &data_len, label, pair,
                               &flag, &count, &total),
                     ERR_EMPTY);
    ck_assert_ptr_eq(text, told);
    ck_assert_ptr_eq(data, told);
}
END_TEST

START_TEST(four_payloads_keep_their_places)
{
    uint32_t lens[4] = {0};
    enum demo_colour colour = DEMO_COLOUR_RED;
    ck_assert_int_eq(demo_four(SERVER, "a", "bb", 2, "ccc", "dddd", 4, lens, &colour), OK);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_uint_eq(lens[i], i + 1);
    ck_assert_int_eq(colour, DEMO_COLOUR_BLUE);
}
END_TEST

START_TEST(arrays_of_char_are_strings_that_may_fill_them)
{
    const demo_pair_t pair = {1, 2};
    demo_pair_t pair_out = {0};
    char name[8];
    ck_assert_int_eq(demo_label(SERVER, "abc", pair, name, pair_out), OK);
    ck_assert_str_eq(name, "bcd");
    ck_assert_uint_eq(pair_out[0], 2);
    ck_assert_uint_eq(pair_out[1], 1);
    ck_assert_int_eq(demo_label(SERVER, "abcdefgh", pair, name, pair_out), OK);
    ck_assert_mem_eq(name, "bcdefghi", 8);
    num_calls = 0;
    ck_assert_int_eq(demo_label(SERVER, "abcdefghi", pair, name, pair_out), ERR_TOO_LARGE);
    ck_assert_int_eq(num_calls, 0);
}
END_TEST

START_TEST(a_handler_may_reply_by_itself_or_later)
{
    int n = 0;
    ck_assert_int_eq(demo_later(SERVER, 21, &n), OK);
    ck_assert_int_eq(n, 42);
    ck_assert_int_eq(demo_later(SERVER, -1, &n), ERR_TIMEOUT);
}
END_TEST

START_TEST(a_missing_handler_is_not_permitted)
{
    ck_assert_int_eq(demo_missing(SERVER, "x", 1), ERR_NOT_PERMITTED);
}
END_TEST

START_TEST(an_idempotent_call_is_repeated_at_the_new_server)
{
    int n = 0;
    dead = SERVER;
    ck_assert_int_eq(demo_again(SERVER, 1, &n), OK);
    ck_assert_int_eq(n, 2);
    ck_assert_int_eq(num_calls, 2);
    ck_assert_int_eq(last_dst, NEW_SERVER);

    dead = NEW_SERVER; // now no task serves the name
    num_calls = 0;
    ck_assert_int_eq(demo_again(NEW_SERVER, 1, &n), ERR_ABORTED);
    ck_assert_int_eq(num_calls, 1);
}
END_TEST

START_TEST(another_call_is_not_repeated)
{
    int n = 0;
    dead = SERVER;
    ck_assert_int_eq(demo_once(SERVER, 1, &n), ERR_ABORTED);
    ck_assert_int_eq(num_calls, 1);
}
END_TEST

START_TEST(one_way_messages_are_served_without_a_reply)
{
    has_reply = false;
    ck_assert_int_eq(demo_tell(SERVER, "hello", true), OK);
    ck_assert_str_eq(told, "hello!");
    ck_assert(!has_reply);
    ck_assert_int_eq(demo_told(CLIENT, 3), OK);
    ck_assert_int_eq(last_sent.type, DEMO_TOLD_MSG);
    ck_assert_int_eq(last_sent.demo_told.n, 3);
}
END_TEST

// A hostile peer sends a bool that is neither 0 nor 1.
static void break_bool(struct message *m)
{
    size_t offset = m->type == DEMO_TELL_MSG ? offsetof(struct message, demo_tell.loud)
                                             : offsetof(struct message, demo_reverse.twice);
    ((uint8_t *)m)[offset] = 2;
}

START_TEST(a_bool_that_is_none_does_not_reach_the_handler)
{
    void *data = NULL;
    size_t len = 0;
    bool was_long;
    tamper = break_bool;
    ck_assert_int_eq(demo_reverse(SERVER, "ab", 2, false, &data, &len, &was_long), ERR_INVALID_ARG);
    ck_assert_int_eq(demo_tell(SERVER, "hello", true), OK);
    ck_assert_str_eq(told, "");
}
END_TEST

static void break_type(struct message *m)
{
    idl_free_payloads(m);
    m->type &= 0xffff; // the number alone: no payloads
}

static void make_reply(struct message *m)
{
    m->type |= MSG_REPLY_BIT;
}

START_TEST(what_is_no_request_of_the_interface_is_left_alone)
{
    char *joined = NULL;
    tamper = break_type;
    ck_assert_int_eq(demo_join(SERVER, "a", "b", &joined), ERR_TIMEOUT);
    int sum = 0;
    tamper = make_reply;
    ck_assert_int_eq(demo_add(SERVER, 1, 2, &sum), ERR_TIMEOUT);
    struct message m = {.type = ERR_ABORTED};
    ck_assert(!demo_dispatch(ops, &m));
}
END_TEST

static error_t add_with_a_wrong_reply(task_t client, int a, int b, int *sum)
{
    (void)sum;
    (void)a;
    (void)b;
    demo_join_reply(client, "not what was asked for");
    return DONT_REPLY;
}

START_TEST(a_reply_to_something_else_is_freed_and_refused)
{
    const struct demo_ops wrong = {.add = add_with_a_wrong_reply};
    ops = &wrong;
    int sum = 17;
    ck_assert_int_eq(demo_add(SERVER, 1, 2, &sum), ERR_NOT_ACCEPTABLE);
    ck_assert_int_eq(sum, 17);
}
END_TEST

static error_t reverse_with_a_wrong_bool(task_t client, const void *data, size_t data_len,
                                         bool twice, void **data_out, size_t *data_out_len,
                                         bool *was_long)
{
    (void)data;
    (void)data_len;
    (void)twice;
    (void)data_out;
    (void)data_out_len;
    (void)was_long;
    demo_reverse_reply(client, "abc", 3, true);
    ((uint8_t *)&last_reply)[offsetof(struct message, demo_reverse_reply.was_long)] = 0x80;
    return DONT_REPLY;
}

START_TEST(a_reply_with_a_bool_that_is_none_is_freed_and_refused)
{
    const struct demo_ops wrong = {.reverse = reverse_with_a_wrong_bool};
    ops = &wrong;
    void *data = told;
    size_t len = 0;
    bool was_long;
    ck_assert_int_eq(demo_reverse(SERVER, "ab", 2, false, &data, &len, &was_long),
                     ERR_NOT_ACCEPTABLE);
    ck_assert_ptr_eq(data, told);
}
END_TEST

// Bytes of a message that no field covers are zero, so no bytes of the sender's stack leak.
static void check_padding(struct message *m)
{
    if (m->type != DEMO_TELL_MSG)
        return;
    for (size_t i = offsetof(struct message, demo_tell.loud) + 1; i < sizeof(*m); i++)
        ck_assert_uint_eq(((uint8_t *)m)[i], 0);
}

START_TEST(a_message_carries_nothing_but_its_fields)
{
    tamper = check_padding;
    ck_assert_int_eq(demo_tell(SERVER, "hello", true), OK);
    ck_assert_str_eq(told, "hello!");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("stubs");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, numbers_go_and_come_back);
    tcase_add_test(tests, strings_belong_to_the_caller);
    tcase_add_test(tests, an_error_leaves_results_alone);
    tcase_add_test(tests, bytes_of_any_length_go_and_come_back);
    tcase_add_test(tests, many_results_come_from_either_form_of_a_handler);
    tcase_add_test(tests, an_error_of_a_handler_with_a_structure_is_the_reply);
    tcase_add_test(tests, four_payloads_keep_their_places);
    tcase_add_test(tests, arrays_of_char_are_strings_that_may_fill_them);
    tcase_add_test(tests, a_handler_may_reply_by_itself_or_later);
    tcase_add_test(tests, a_missing_handler_is_not_permitted);
    tcase_add_test(tests, an_idempotent_call_is_repeated_at_the_new_server);
    tcase_add_test(tests, another_call_is_not_repeated);
    tcase_add_test(tests, one_way_messages_are_served_without_a_reply);
    tcase_add_test(tests, a_bool_that_is_none_does_not_reach_the_handler);
    tcase_add_test(tests, what_is_no_request_of_the_interface_is_left_alone);
    tcase_add_test(tests, a_reply_to_something_else_is_freed_and_refused);
    tcase_add_test(tests, a_reply_with_a_bool_that_is_none_is_freed_and_refused);
    tcase_add_test(tests, a_message_carries_nothing_but_its_fields);

    Suite *suite = suite_create("idlc stubs");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int num_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return num_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
