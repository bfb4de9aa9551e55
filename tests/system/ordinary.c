// A plain task with calls that most C programs make: `test_ordinary WHAT`. Some of the calls work
// in the sandbox. For the others, the launcher's report names a way that works.
#undef NDEBUG
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>

#define MANY 3000

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void sort(void)
{
    static int numbers[MANY];
    for (int i = 0; i < MANY; i++)
        numbers[i] = (i * 7919) % MANY;
    qsort(numbers, MANY, sizeof(numbers[0]), compare);
    for (int i = 0; i < MANY; i++)
        ASSERT(numbers[i] == i);
}

static void corrupt_the_heap(void)
{
    char *block = malloc(100);
    ASSERT(block);
    uintptr_t within = (uintptr_t)block + 8; // hides the bad address from the compiler
    free((void *)within);
}

static void panic(void)
{
    PANIC("at the end of %s", "its wits");
}

static void assert_what_is_not(void)
{
    volatile int one = 1;
    assert(one == 2);
}

static void wait_a_second(void)
{
    sleep(1);
}

static void read_a_byte(void)
{
    (void)getc(stdin);
}

static void open_a_file(void)
{
    (void)!open("/etc/passwd", O_RDONLY);
}

static void make_a_process(void)
{
    (void)!fork();
}

// Sends to a task that the suite file does not let it call.
static void talk(void)
{
    struct message m = {.type = INVALID_MSG};
    ASSERT(ipc_send(ipc_lookup("b"), &m) == ERR_NOT_PERMITTED);
}

static void fail_with_three(void)
{
    exit(3);
}

static void listen_for_ever(void)
{
    struct message m;
    ASSERT_OK(ipc_serve("b"));
    for (;;)
        (void)!ipc_recv(IPC_ANY, &m);
}

static const struct {
    const char *name;
    void (*act)(void);
} acts[] = {
    {"qsort", sort},
    {"abort", abort},
    {"panic", panic},
    {"assert", assert_what_is_not},
    {"heap", corrupt_the_heap},
    {"sleep", wait_a_second},
    {"getc", read_a_byte},
    {"open", open_a_file},
    {"fork", make_a_process},
    {"talk", talk},
    {"status", fail_with_three},
    {"listen", listen_for_ever},
};

void main(void)
{
    const char *what = task_argc() > 1 ? task_argv()[1] : "";
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (!strcmp(what, acts[i].name))
            acts[i].act();
    }
    printf("%s done\n", what);
}
