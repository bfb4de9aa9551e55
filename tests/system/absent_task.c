// Looks up a name; or, without one, ends at once.
#include <resea/cmdline.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <resea/task.h>

void main(void)
{
    char *name;
    cmdline_arg(&name, NULL, "name", true);
    cmdline_parse(task_cmdline(), NULL);
    if (name)
        printf("%s: %s\n", name, err2str(ipc_lookup(name)));
}
