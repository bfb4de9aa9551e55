// Looks up a name, in one of four roles; without arguments it ends at once.
//   NAME         prints the result of the lookup
//   serve NAME   serves the name for ever
//   kill NAME    ends the server of the name, then looks the name up again and again
//   watch NAME   waits until `ps` shows a task that waits for the name as absent, and some looks
//   more
#include <resea/cmdline.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <string.h>

#define LOOK_MS 150 // more than ten times a second is an error
#define LOOKS   25  // after the first success; meanwhile the client has tried again

static void serve(const char *name)
{
    struct message m;
    ASSERT_OK(ipc_serve(name));
    for (;;)
        ASSERT_OK(ipc_recv(IPC_ANY, &m));
}

static void end_server(const char *name)
{
    ASSERT_OK(task_destroy(ipc_lookup(name)));
    for (;;)
        (void)ipc_lookup(name); // the first lookup may still find the server while it ends
}

static bool ps_shows(const char *text)
{
    static char table[8192];
    ASSERT_OK(sys_kdebug("ps", 2, table, sizeof(table)));
    return strstr(table, text);
}

static void watch(const char *name)
{
    char state[64];
    snprintf(state, sizeof(state), "looks up %s (absent)", name);
    int looks = 0;
    while (looks < LOOKS) {
        struct message m;
        ASSERT_OK(timer_set(LOOK_MS));
        ASSERT_OK(ipc_recv(IPC_ANY, &m));
        if (looks > 0 || ps_shows(state))
            looks++;
    }
    printf("%s\n", state);
}

void main(void)
{
    char *role;
    char *name;
    cmdline_arg(&role, NULL, "role", true);
    cmdline_arg(&name, NULL, "name", true);
    cmdline_parse(task_cmdline(), NULL);
    if (name && !strcmp(role, "serve"))
        serve(name);
    else if (name && !strcmp(role, "kill"))
        end_server(name);
    else if (name)
        watch(name);
    else if (role)
        printf("%s: %s\n", role, err2str(ipc_lookup(role)));
}
