// A task that breaks no rule and makes every call that its profile allows. It shows that each rule
// of the sandbox is needed.
//
//   sandbox_needs memory      grows, moves and gives back memory
//   sandbox_needs sort        sorts more than a kilobyte
//   sandbox_needs wait        sleeps in shared memory until the other task wakes it, by each way
//   sandbox_needs waker       the other task
//   sandbox_needs discard     gives sectors of a disk back
//   sandbox_needs signals     is stopped, continued and sent SIGUSR1 while it waits
//   sandbox_needs bad-access  for AddressSanitizer to find
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <idl/blk.h>
#include <idl/shm.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>

static volatile sig_atomic_t signalled;

static void on_signal(int signo)
{
    signalled = signo;
}

void oolong_prepare(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
}

// The calls that glibc's realloc() makes for large memory, and malloc() for small memory.
static void use_memory(void)
{
    const size_t len = 40u << 20;
    uint8_t *large = malloc(len);
    ASSERT(large);
    large[len - 1] = 1;
    large = realloc(large, 2 * len);
    ASSERT(large && large[len - 1] == 1);
    free(large);
    for (int i = 0; i < 1000; i++)
        memset(malloc(10000), 1, 10000);
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

// glibc's qsort() asks how much memory there is before it sorts more than a kilobyte.
static void sort(void)
{
    static int numbers[1024];
    qsort(numbers, 1024, sizeof(numbers[0]), compare);
}

static void discard_sectors(void)
{
    task_t disk = ipc_lookup("blk");
    ASSERT(disk > 0);
    ASSERT_OK(blk_discard(disk, 0, 64));
}

static void access_badly(void)
{
    volatile size_t len = 10; // hides the bad access from the compiler
    volatile uint8_t *data = malloc(len);
    data[len] = 1;
}

static long futex(_Atomic uint32_t *word, int op, uint32_t value, const struct timespec *time)
{
    return syscall(SYS_futex, word, op, value, time, NULL, FUTEX_BITSET_MATCH_ANY);
}

// Sleeps until `word` is no longer `value`. Returns false if that takes too long.
static bool sleep_on(_Atomic uint32_t *word, uint32_t value, int op)
{
    struct timespec time = {5, 0};
    if (op == FUTEX_WAIT_BITSET) { // this call takes a point in time, not a duration
        clock_gettime(CLOCK_MONOTONIC, &time);
        time.tv_sec += 5;
    }
    while (atomic_load(word) == value) {
        if (futex(word, op, value, &time) < 0 && errno != EAGAIN && errno != EINTR)
            return false;
    }
    return true;
}

static _Atomic uint32_t *map_shared(int id)
{
    vaddr_t at;
    size_t len;
    ASSERT_OK(shm_map(VM_TASK, id, true, &at, &len));
    return (_Atomic uint32_t *)at;
}

// The two tasks take turns. Each has a word for its turn.
static void wait_in_turn(_Atomic uint32_t *own, _Atomic uint32_t *other)
{
    for (uint32_t turn = 1; turn <= 100; turn++) {
        atomic_store(other, turn);
        futex(other, FUTEX_WAKE, 1, NULL);
        ASSERT(sleep_on(own, turn - 1, turn % 2 ? FUTEX_WAIT : FUTEX_WAIT_BITSET));
    }
}

static void use_shared_memory(void)
{
    int id;
    ASSERT_OK(shm_create(VM_TASK, 4096, &id));
    _Atomic uint32_t *words = map_shared(id);
    task_t waker = ipc_lookup("waker");
    ASSERT(waker > 0);
    struct message m = {.type = SHM_MAP_MSG};
    m.shm_map.shm_id = id;
    ASSERT_OK(ipc_send(waker, &m));
    wait_in_turn(&words[0], &words[1]);
}

static void play_waker(void)
{
    struct message m;
    ASSERT_OK(ipc_serve("waker"));
    ASSERT_OK(ipc_recv(IPC_ANY, &m));
    _Atomic uint32_t *words = map_shared(m.shm_map.shm_id);
    wait_in_turn(&words[1], &words[0]);
    for (;;)
        (void)!ipc_recv(IPC_ANY, &m);
}

// The script stops this task, lets it go on, and then sends a signal.
static void be_signalled(void)
{
    static _Atomic uint32_t word;
    struct timespec time = {20, 0};
    printf("ready\n");
    while (!signalled)
        futex(&word, FUTEX_WAIT, 0, &time); // continues by restart_syscall
    ASSERT(signalled == SIGUSR1);
}

void main(void)
{
    const char *what = task_argc() > 1 ? task_argv()[1] : "";
    if (!strcmp(what, "memory"))
        use_memory();
    else if (!strcmp(what, "sort"))
        sort();
    else if (!strcmp(what, "bad-access"))
        access_badly();
    else if (!strcmp(what, "discard"))
        discard_sectors();
    else if (!strcmp(what, "wait"))
        use_shared_memory();
    else if (!strcmp(what, "waker"))
        play_waker();
    else if (!strcmp(what, "signals"))
        be_signalled();
    else
        exit(EXIT_FAILURE);
    printf("%s done\n", what);
    fprintf(stderr, "and said so\n");
    INFO("and logged it");
    exit(EXIT_SUCCESS);
}
