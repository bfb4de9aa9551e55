// For pid_reuse.sh: a server that ends again and again, and a client that remembers the task id of
// each of its lives.
//
//   test_reuse server
//   test_reuse client   prints the number of each life that it met, for ever
//
// Each life of the server has another task id, even if a process id is used again. A message for a
// life that is over reaches no task.

#include <oolong/message.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <idl/stage.h>
#include <idl/stage_server.h>
#include <string.h>

#define LEN       100000
#define MAX_LIVES 64

static task_t lives[MAX_LIVES];
static int num_lives;

static error_t on_echo(task_t from, const void *data, size_t len, void **answer, size_t *answer_len)
{
    (void)from;
    *answer = malloc(len);
    ASSERT(*answer);
    memcpy(*answer, data, len);
    *answer_len = len;
    return OK;
}

static void serve(void)
{
    static const struct stage_ops ops = {.echo = on_echo};
    ASSERT_OK(ipc_serve("reused"));
    for (;;) {
        struct message m;
        if (ipc_recv(IPC_ANY, &m) == OK && !stage_dispatch(&ops, &m))
            discard_unknown_message(&m);
    }
}

// Neither a message nor a payload may reach the task that has the process id of the dead one.
static void check_dead(task_t dead)
{
    static uint8_t data[LEN];
    struct message m = {.type = OOL_SEND_MSG};
    m.ool_send.dst = dead;
    m.ool_send.addr = (vaddr_t)data;
    m.ool_send.len = sizeof(data);
    if (ipc_call(VM_TASK, &m) == OK)
        printf("CHECK FAILED: a payload was placed for dead task %d\n", dead);
    m = (struct message){.type = STAGE_STEP_MSG};
    if (ipc_send(dead, &m) == OK)
        printf("CHECK FAILED: a message was taken for dead task %d\n", dead);
}

static void note(task_t life)
{
    for (int i = 0; i < num_lives; i++) {
        if (lives[i] == life)
            return;
    }
    ASSERT(num_lives < MAX_LIVES);
    lives[num_lives++] = life;
    printf("met task %d\n", life);
}

// Exchanges payloads until it ends.
static void exchange(task_t server)
{
    static uint8_t data[LEN];
    for (uint8_t seed = 0;; seed++) {
        void *answer;
        size_t len;
        memset(data, seed, sizeof(data));
        error_t err = stage_echo(server, data, sizeof(data), &answer, &len);
        if (err != OK)
            break;
        if (len != sizeof(data) || memcmp(answer, data, len))
            printf("CHECK FAILED: an answer is not what was sent\n");
        free(answer);
        note(server);
    }
    for (int i = 0; i < num_lives; i++)
        check_dead(lives[i]);
}

void main(void)
{
    if (task_argc() > 1 && !strcmp(task_argv()[1], "server"))
        serve();
    for (;;) {
        task_t server = ipc_lookup("reused");
        if (server > 0)
            exchange(server);
    }
}
