// Owns the start of a scenario: which part this task plays, and how main learns that all went well.

#include "scenario.h"
#include <stdarg.h>
#include <stdlib.h>

static const struct scenario *const tables[] = {
    send_scenarios,    noblock_scenarios,   receive_scenarios, fairness_scenarios, call_scenarios,
    notify_scenarios,  async_scenarios,     payload_scenarios, memory_scenarios,   landing_scenarios,
    death_scenarios,   watch_scenarios,     discovery_scenarios, shm_scenarios,
    deadlock_scenarios, hostile_scenarios,  crowd_scenarios,
};

void check_failed(const char *file, int line, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    oolong_log("CHECK FAILED: ", "%s, %s:%d: %s", task_name(), file, line, text);
    exit(EXIT_FAILURE);
}

static const struct scenario *find(const char *name)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (const struct scenario *s = tables[i]; s->name; s++) {
            if (!strcmp(s->name, name))
                return s;
        }
    }
    check_failed(__FILE__, __LINE__, "there is no scenario %s", name);
}

static void (*part_of(const struct scenario *s, char part))(void)
{
    switch (part) {
    case 'm':
        return s->lead;
    case 'a':
        return s->a;
    case 'b':
        return s->b;
    case 'c':
        return s->c;
    default:
        return s->d;
    }
}

// All parts that return must have come to their end before the suite ends with main.
static void await_parts(const struct scenario *s)
{
    for (const char *part = "abcd"; *part; part++) {
        char name[2] = {*part};
        if (!part_of(s, *part) || (s->ends && strchr(s->ends, *part)))
            continue;
        struct message m;
        error_t err = ipc_recv(meet(name), &m);
        if (err != OK || m.type != STAGE_DONE_MSG)
            check_failed(__FILE__, __LINE__, "at the end, %s says %s", name,
                         msgtype2str(err < 0 ? err : m.type));
    }
}

void main(void)
{
    CHECK(task_argc() >= 3);
    const struct scenario *s = find(task_argv()[1]);
    const char *part = task_argv()[2];
    if (!strcmp(part, "guest")) { // launched by main: see crowd.c
        s->a();
        return;
    }
    void (*play)(void) = part_of(s, part[0]);
    if (!play)
        return;
    CHECK_OK(ipc_serve(part));
    play();
    if (!strcmp(part, "main")) {
        await_parts(s);
        return;
    }
    struct message done = {.type = STAGE_DONE_MSG};
    CHECK_OK(ipc_send(meet("main"), &done));
}
