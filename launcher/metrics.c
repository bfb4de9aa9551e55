// See metrics.h. A task writes its own page, so it can falsify only its own figures.
#include "metrics.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"

static const struct metric {
    const char *name;
    const char *help;
    size_t offset; // in struct state_page
} metrics[] = {
    {"oolong_messages_sent_total", "Messages sent.", offsetof(struct state_page, num_sent)},
    {"oolong_messages_received_total", "Messages received.",
     offsetof(struct state_page, num_received)},
    {"oolong_payload_bytes_sent_total", "Bytes sent in payloads.",
     offsetof(struct state_page, bytes_sent)},
    {"oolong_payload_bytes_received_total", "Bytes received in payloads.",
     offsetof(struct state_page, bytes_received)},
    {"oolong_errors_sent_total", "Answers that were errors.",
     offsetof(struct state_page, errors_sent)},
};

static uint64_t read_counter(const struct task *task, size_t offset)
{
    const char *at = (const char *)task->page + offset;
    return atomic_load((const _Atomic uint64_t *)(const void *)at);
}

// Names of tasks consist of A-Z a-z 0-9 _ . - and need no quoting.
static void print_all(FILE *out)
{
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        const struct metric *metric = &metrics[i];
        fprintf(out, "# HELP %s %s\n# TYPE %s counter\n", metric->name, metric->help, metric->name);
        for (int slot = 1; slot < CONFIG_NUM_TASKS; slot++) {
            const struct task *task = suite.tasks[slot];
            if (task && task->phase != TASK_ENDED)
                fprintf(out, "%s{task=\"%s\",id=\"%d\"} %llu\n", metric->name, task->spec->name,
                        task->id, (unsigned long long)read_counter(task, metric->offset));
        }
    }
}

char *metrics_text(void)
{
    return xprint(print_all);
}
