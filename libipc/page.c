// Owns the counters and the wait word of the own state page.

#include "page.h"
#include <sched.h>
#include "clock.h"
#include "self.h"

static uint32_t episode;

void wait_since_now(void)
{
    atomic_store_explicit(&ipc_self.page->since_ns, clock_now_ns(), memory_order_relaxed);
}

static uint64_t next_wait_word(enum wait_kind kind, task_t task, int type)
{
    episode++;
    atomic_store_explicit(&ipc_self.page->wait_type, type, memory_order_relaxed);
    return wait_word(kind, episode, task);
}

void wait_publish(enum wait_kind kind, task_t task, int type)
{
    // A peer that sees what is sent after this sees this too.
    atomic_store_explicit(&ipc_self.page->wait, next_wait_word(kind, task, type),
                          memory_order_release);
}

void wait_begin(enum wait_kind kind, task_t task, int type)
{
    wait_since_now();
    // Sequentially consistent: reads of other pages that follow come after this store.
    atomic_store(&ipc_self.page->wait, next_wait_word(kind, task, type));
}

void wait_end(void)
{
    // No read of other pages depends on this store, so peers may see it a little later.
    atomic_store_explicit(&ipc_self.page->wait, wait_word(WAIT_RUNNING, episode, 0),
                          memory_order_release);
}

void page_publish_sleep(enum sleep_kind kind)
{
    atomic_store(&ipc_self.page->asleep, (uint32_t)kind);
}

void page_note_core(void)
{
    static int last = -1;
    int cpu = sched_getcpu();
    if (cpu != last) {
        last = cpu;
        atomic_store_explicit(&ipc_self.page->cpu, cpu, memory_order_relaxed);
    }
}

void page_count(_Atomic uint64_t *counter, uint64_t n)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, before + n, memory_order_relaxed);
}

void page_count_sent(void)
{
    page_count(&ipc_self.page->num_sent, 1);
}

// The crash report names the last request that a server received, not an answer to its own calls:
// the request says more about why the server ended.
void page_count_received(task_t src, int type, bool is_answer)
{
    static bool is_asked;
    struct state_page *page = ipc_self.page;
    page_count(&page->num_received, 1);
    if (is_answer && is_asked)
        return;
    is_asked = !is_answer;
    atomic_store_explicit(&page->last_type, type, memory_order_relaxed);
    atomic_store_explicit(&page->last_src, src, memory_order_relaxed);
}
