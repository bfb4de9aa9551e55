// The environment of vm's core in tests: memory, pages, clock, launcher. See vm_sim.h.
#include "vm_sim.h"
#include "run_tests.h"
#include <sys/mman.h>
#ifdef __has_feature
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define SIM_MSAN 1
#endif
#endif

#define SIM_BASE(slot) ((vaddr_t)(slot) << 32)

struct sim_task *sim_find(struct sim *sim, task_t id)
{
    for (unsigned i = 0; i < SIM_TASKS; i++) {
        if (sim->tasks[i].id == id && id > 0)
            return &sim->tasks[i];
    }
    return NULL;
}

// --- Calls of the core --------------------------------------------------------------------------

// The number of bytes of the range that the task's pages allow to access.
static size_t reachable(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned access)
{
    struct sim_task *task = sim_find(sim, id);
    if (!task || addr < SIM_BASE(TASK_SLOT(id)))
        return 0;
    size_t offset = addr - SIM_BASE(TASK_SLOT(id));
    size_t done = 0;
    while (done < len && offset + done < SIM_MEM &&
           (task->access[(offset + done) / PAGE_SIZE] & access))
        done += MIN(len - done, PAGE_SIZE - (offset + done) % PAGE_SIZE);
    return done;
}

static size_t env_read(void *ctx, task_t task, vaddr_t addr, void *buf, size_t len)
{
    struct sim *sim = ctx;
    ck_assert_msg(vm_task_pid(sim->vm, task) > 0, "reads of a task that ended");
    if (sim->on_transfer)
        sim->on_transfer(sim);
    size_t n = reachable(sim, task, addr, len, SIM_READ);
    if (n > 0)
        memcpy(buf, sim_mem(sim, task, addr), n);
    sim->read_bytes += n;
    sim->transfers++;
    return n;
}

static size_t env_write(void *ctx, task_t task, vaddr_t addr, const void *buf, size_t len)
{
    struct sim *sim = ctx;
    ck_assert_msg(vm_task_pid(sim->vm, task) > 0, "writes to a task that ended");
    if (sim->on_transfer)
        sim->on_transfer(sim);
    size_t n = reachable(sim, task, addr, len, SIM_WRITE);
    if (n > 0)
        memcpy(sim_mem(sim, task, addr), buf, n);
    sim->written_bytes += n;
    sim->transfers++;
    return n;
}

// vm's mapping of the receive memory is a separate copy. So only env_write() can make the two
// equal.
static void *env_landing(void *ctx, task_t id, size_t size)
{
    struct sim_task *task = sim_find(ctx, id);
    ck_assert(task);
    if (task->landing)
        munmap(task->landing, task->landing_size);
    task->landing_size = size;
    task->landing = mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert(task->landing != MAP_FAILED);
    return task->landing;
}

static void env_reply_fd(void *ctx, task_t dst, struct message *m, int fd)
{
    struct sim_task *task = sim_find(ctx, dst);
    ck_assert_msg(task, "answers task %d, which is not alive", dst);
#ifdef SIM_MSAN
    __msan_check_mem_is_initialized(m, sizeof(*m));
#endif
    ck_assert(m->src == 0);
    task->reply = *m;
    task->reply_fd = fd;
    task->replies++;
}

static void env_reply(void *ctx, task_t dst, struct message *m)
{
    env_reply_fd(ctx, dst, m, -1);
}

static void env_notify(void *ctx, task_t dst, notifications_t bits)
{
    struct sim_task *task = sim_find(ctx, dst);
    ck_assert(task);
    task->bits |= bits;
}

static uint64_t env_now_ns(void *ctx)
{
    return ((struct sim *)ctx)->now_ns;
}

static uint64_t env_random(void *ctx)
{
    struct sim *sim = ctx;
    if (!sim->random_is_stuck)
        sim->random = sim->random * 6364136223846793005u + 1442695040888963407u;
    return sim->random ^ sim->random >> 29;
}

static struct vm_rounds env_rounds(void *ctx, task_t id)
{
    struct sim_task *task = sim_find(ctx, id);
    return task ? task->rounds : (struct vm_rounds){0};
}

static uint64_t env_wait_word(void *ctx, task_t id)
{
    struct sim_task *task = sim_find(ctx, id);
    if (!task)
        return 0;
    if (task->flips) {
        task->episode++;
        task->word = wait_word(WAIT_RECV, task->episode, task->flip[task->episode & 1]);
    }
    return task->word;
}

static uint64_t env_copied_out(void *ctx, task_t id, unsigned k)
{
    struct sim_task *task = sim_find(ctx, id);
    return task ? task->copied_out[k] : 0;
}

static void env_publish_blocked(void *ctx, task_t dst, uint32_t count)
{
    struct sim *sim = ctx;
    struct sim_task *task = sim_find(sim, dst);
    if (task)
        task->blocked = count;
    if (sim->on_publish)
        sim->on_publish(sim, dst, count);
}

static bool env_may_talk(void *ctx, task_t src, task_t dst)
{
    const task_t *strangers = ((struct sim *)ctx)->strangers;
    return !(src == strangers[0] && dst == strangers[1]) &&
           !(src == strangers[1] && dst == strangers[0]);
}

static error_t env_launch(void *ctx, uint32_t token, const char *text, size_t len)
{
    struct sim *sim = ctx;
    ck_assert(len <= VM_MAX_TEXT && strlen(text) == len);
    strcpy(sim->launched, text);
    sim->launch_token = token;
    return sim->launch_error;
}

static error_t env_destroy(void *ctx, task_t task)
{
    ((struct sim *)ctx)->destroyed = task;
    return OK;
}

static void env_reaped(void *ctx, task_t task)
{
    struct sim *sim = ctx;
    ck_assert_int_eq(vm_task_pid(sim->vm, task), -1);
    sim->reaped[sim->num_reaped++ % SIM_OPS] = task;
}

static error_t env_memfd(void *ctx, task_t owner, bool is_pages, size_t size, int fds[2])
{
    struct sim *sim = ctx;
    ck_assert_int_ne(vm_task_pid(sim->vm, owner), -1);
    sim->memfd_is_pages = is_pages;
    if (sim->memfd_error)
        return sim->memfd_error;
    sim->memfd_size = size;
    fds[0] = sim->next_fd++;
    fds[1] = sim->next_fd++;
    sim->open_fds += 2;
    return OK;
}

static void env_close_fd(void *ctx, int fd)
{
    struct sim *sim = ctx;
    ck_assert(fd >= 100 && fd < sim->next_fd);
    sim->open_fds--;
}

static void env_segment_closed(void *ctx)
{
    ((struct sim *)ctx)->num_segments_closed++;
}

static void env_log(void *ctx, const char *text)
{
    ((struct sim *)ctx)->logs++;
    if (strstr(text, "check.c") || strstr(text, "broken"))
        fprintf(stderr, "%s\n", text);
}

static const struct vm_env env = {
    .read = env_read,
    .write = env_write,
    .landing = env_landing,
    .reply = env_reply,
    .reply_fd = env_reply_fd,
    .notify = env_notify,
    .now_ns = env_now_ns,
    .random = env_random,
    .wait_word = env_wait_word,
    .rounds = env_rounds,
    .copied_out = env_copied_out,
    .publish_blocked = env_publish_blocked,
    .may_talk = env_may_talk,
    .launch = env_launch,
    .destroy = env_destroy,
    .reaped = env_reaped,
    .memfd = env_memfd,
    .close_fd = env_close_fd,
    .segment_closed = env_segment_closed,
    .log = env_log,
};

// --- Tasks --------------------------------------------------------------------------------------

// The memory is mapped and not allocated, because most of it is never touched.
static void map(struct sim_task *task)
{
    void *mem = mmap(NULL, SIM_MEM, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ck_assert(mem != MAP_FAILED);
    task->mem = mem;
}

static void unmap(struct sim_task *task)
{
    if (task->landing)
        munmap(task->landing, task->landing_size);
    task->landing = NULL;
    if (task->mem)
        munmap(task->mem, SIM_MEM);
}

struct sim *sim_new(void)
{
    struct sim *sim = calloc(1, sizeof(*sim));
    sim->vm = malloc(vm_size());
#ifndef SIM_MSAN
    memset(sim->vm, 0xa5, vm_size()); // vm_init() must not need zeroed memory
#endif
    sim->now_ns = 1000000000;
    sim->random = 42;
    sim->next_fd = 100;
    vm_init(sim->vm, &env, sim);
    return sim;
}

void sim_free(struct sim *sim)
{
    for (unsigned i = 0; i < SIM_TASKS; i++)
        unmap(&sim->tasks[i]);
    free(sim->vm);
    free(sim);
}

task_t sim_start(struct sim *sim, size_t ool_len, uint32_t rights)
{
    unsigned i = 0;
    while (sim->tasks[i].id)
        i++;
    struct sim_task *task = &sim->tasks[i];
    task_t id = TASK_MAKE((task_t)sim->gens[i]++, (task_t)i + 2);
    struct message m = {.type = LAUNCHER_STARTED_MSG};
    m.launcher_started.task = id;
    m.launcher_started.pid = 1000 + id;
    m.launcher_started.rights = rights;
    m.launcher_started.ool_len = ool_len;
    snprintf(m.launcher_started.name, sizeof(m.launcher_started.name), "task%d", id);

    unmap(task); // the slot's earlier task has ended
    memset(task, 0, sizeof(*task));
    map(task);
    memset(task->access, SIM_READ | SIM_WRITE, sizeof(task->access));
    task->id = id;
    task->reply_fd = -1;
    vm_step(sim->vm, KERNEL_TASK, &m);
    vm_check(sim->vm);
    return id;
}

task_t sim_receiver(struct sim *sim)
{
    task_t id = sim_start(sim, SIM_LIMIT, 0);
    ck_assert_int_eq(sim_register(sim, id, OOL_REGION_STANDING, sim_addr(id, PAGE_SIZE), SIM_LIMIT),
                     OK);
    return id;
}

void sim_kill(struct sim *sim, task_t id)
{
    struct message m = {.type = EXCEPTION_MSG};
    m.exception.task = id;
    m.exception.exception = EXCEPTION_TYPE_CRASHED;
    m.exception.status = SIM_STATUS(id);
    struct sim_task *task = sim_find(sim, id);
    if (task)
        task->id = 0;
    vm_step(sim->vm, KERNEL_TASK, &m);
    vm_check(sim->vm);
}

void sim_kill_all(struct sim *sim)
{
    for (unsigned i = 0; i < SIM_TASKS; i++) {
        if (sim->tasks[i].id)
            sim_kill(sim, sim->tasks[i].id);
    }
}

void sim_wait(struct sim *sim, task_t id, enum wait_kind kind, task_t peer)
{
    struct sim_task *task = sim_find(sim, id);
    task->word = wait_word(kind, ++task->episode, peer);
}

vaddr_t sim_addr(task_t id, size_t offset)
{
    return SIM_BASE(TASK_SLOT(id)) + offset;
}

uint8_t *sim_mem(struct sim *sim, task_t id, vaddr_t addr)
{
    return sim_find(sim, id)->mem + (addr - SIM_BASE(TASK_SLOT(id)));
}

void sim_protect(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned access)
{
    size_t first = (addr - SIM_BASE(TASK_SLOT(id))) / PAGE_SIZE;
    memset(sim_find(sim, id)->access + first, (int)access, ALIGN_UP(len, PAGE_SIZE) / PAGE_SIZE);
}

static uint8_t pattern(size_t i, unsigned seed)
{
    return (uint8_t)(i * 31 + (i >> 8) * 7 + seed * 101 + 1);
}

void sim_fill(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned seed)
{
    uint8_t *p = sim_mem(sim, id, addr);
    for (size_t i = 0; i < len; i++)
        p[i] = pattern(i, seed);
}

bool sim_has(struct sim *sim, task_t id, vaddr_t addr, size_t len, unsigned seed)
{
    const uint8_t *p = sim_mem(sim, id, addr);
    for (size_t i = 0; i < len; i++) {
        if (p[i] != pattern(i, seed))
            return false;
    }
    return true;
}

int sim_main(const char *name, const TTest *const *tests, size_t num_tests)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < num_tests; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
    return run_check(suite);
}
