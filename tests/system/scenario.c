// Starts a scenario: finds the part of this task, and lets main learn whether all parts went well.

#include "scenario.h"
#include <stdlib.h>

static const struct scenario *const tables[] = {
    send_scenarios,      noblock_scenarios, receive_scenarios, fairness_scenarios,
    call_scenarios,      notify_scenarios,  async_scenarios,   payload_scenarios,
    memory_scenarios,    landing_scenarios, death_scenarios,   watch_scenarios,
    discovery_scenarios, shm_scenarios,     stream_scenarios,  deadlock_scenarios,
    hostile_scenarios,   crowd_scenarios,   still_scenarios,   fence_scenarios,
    region_scenarios,
};

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

static bool has_end(const struct scenario *s, char part)
{
    return part_of(s, part) && !(s->ends && strchr(s->ends, part));
}

// main waits until each part has come to its end, and then ends the suite.
static void await_parts(const struct scenario *s)
{
    for (const char *part = "abcd"; *part; part++) {
        if (!has_end(s, *part))
            continue;
        struct message m = {.type = STAGE_DONE_MSG};
        error_t err = ipc_call(meet((char[]){*part, '\0'}), &m);
        if (err != OK || m.type != STAGE_DONE_REPLY_MSG)
            check_failed(__FILE__, __LINE__, "at the end, %c says %s", *part,
                         msgtype2str(err < 0 ? err : m.type));
    }
}

static void come_to_the_end(void)
{
    struct message m;
    task_t lead = meet("main");
    CHECK_OK(ipc_recv(lead, &m));
    CHECK_EQ(m.type, STAGE_DONE_MSG);
    m = (struct message){.type = STAGE_DONE_REPLY_MSG};
    ipc_reply(lead, &m);
}

void main(void)
{
    CHECK(task_argc() >= 3);
    if (!strcmp(task_argv()[1], "say"))
        say();
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
    if (!strcmp(part, "main"))
        await_parts(s);
    else if (has_end(s, part[0]))
        come_to_the_end();
}
