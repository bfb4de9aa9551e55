// A client's handles of sockets: the handle of a closed socket means no later one.
#include "run_tests.h"
#include <resea/handle.h>
#include "clients.h"
#include "stack.h"
#include "tcpip.h"

#define CLIENT 7

static struct sock socks[2];

error_t clients_add(task_t task, void *data, unsigned max, handle_t *handle)
{
    ck_assert_int_eq(task, CLIENT);
    (void)max;
    *handle = handle_alloc(task);
    handle_set(task, *handle, data);
    return OK;
}

void clients_remove(task_t task, handle_t handle)
{
    handle_free(task, handle);
}

void clients_reap(void (*ended)(task_t task), void (*release)(void *data))
{
    (void)ended;
    (void)release;
}

void sock_own(struct sock *sock, task_t owner, handle_t handle)
{
    sock->owner = owner;
    sock->handle = handle;
}

void sock_free(struct sock *sock)
{
    (void)sock;
}

void resolver_forget_client(task_t task)
{
    (void)task;
}

void echo_forget_client(task_t task)
{
    (void)task;
}

// An event of a closed socket may still wait for its client when the number is used again.
START_TEST(the_handle_of_a_closed_socket_means_no_later_one)
{
    handle_t closed, open;
    ck_assert_int_eq(owners_add(CLIENT, &socks[0], &closed), OK);
    owners_remove(&socks[0]);
    for (int i = 0; i < 100000; i++) {
        ck_assert_int_eq(owners_add(CLIENT, &socks[1], &open), OK);
        ck_assert_int_gt(open, 0);
        ck_assert_int_ne(open, closed);
        ck_assert_ptr_null(owners_find(CLIENT, closed));
        ck_assert_ptr_eq(owners_find(CLIENT, open), &socks[1]);
        owners_remove(&socks[1]);
    }
}
END_TEST

START_TEST(a_number_that_is_no_handle_finds_nothing)
{
    static const handle_t numbers[] = {0, -1, INT32_MIN, INT32_MAX, 4095, 1 << 12};
    handle_t handle;
    ck_assert_int_eq(owners_add(CLIENT, &socks[0], &handle), OK);
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        ck_assert_ptr_null(owners_find(CLIENT, numbers[i]));
    ck_assert_ptr_null(owners_find(CLIENT + 1, handle));
    owners_remove(&socks[0]);
}
END_TEST

RUN_TESTS("owners", the_handle_of_a_closed_socket_means_no_later_one,
          a_number_that_is_no_handle_finds_nothing)
