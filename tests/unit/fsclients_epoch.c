// Tests handles of file servers that were restarted.
#include <check.h>
#include <resea/handle.h>
#include <resea/task.h>
#include <oolong/wire.h>
#include <stdlib.h>
#include "clients.h"
#include "fsclients.h"
#include "run_tests.h"

static task_t self;
static int file;

task_t task_self(void)
{
    return self;
}

error_t clients_add(task_t task, void *data, unsigned max, handle_t *handle)
{
    (void)task, (void)data, (void)max;
    *handle = 7; // each server's first handle is the same
    return OK;
}

void clients_remove(task_t task, handle_t handle)
{
    (void)task, (void)handle;
}

void clients_reap(void (*ended)(task_t task), void (*release)(void *data))
{
    (void)ended, (void)release;
}

void *handle_get(task_t owner, handle_t handle)
{
    (void)owner;
    return handle == 7 ? &file : NULL;
}

static handle_t handle_of(int gen, int slot)
{
    handle_t handle;
    self = TASK_MAKE(gen, slot);
    ck_assert_int_eq(fsclients_open(2, &file, &handle), OK);
    ck_assert_int_gt(handle, 0);
    ck_assert_ptr_eq(fsclients_file(2, handle), &file);
    return handle;
}

START_TEST(a_handle_of_an_earlier_server_is_not_known)
{
    handle_t old = handle_of(0, 3);
    for (int gen = 0; gen < 15; gen++) {
        for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
            if (gen == 0 && slot == 3)
                continue;
            ck_assert_int_ne(handle_of(gen, slot), old);
            ck_assert_ptr_null(fsclients_file(2, old));
        }
    }
    ck_assert_int_ne(handle_of(TASK_MAX_GEN, CONFIG_NUM_TASKS - 1), old);
}
END_TEST

RUN_TESTS("fsclients_epoch", a_handle_of_an_earlier_server_is_not_known)
