// The launcher's start and end, with access to their static functions.
#include <string.h>
#include "../../launcher/run.c"
#include "../../launcher/stop.c"
#include "launcher_process.h"

void shell_boot(const char *suite_text, const char *debugged)
{
    static bool booted;
    struct manifest *mf = &suite.manifest;
    static const struct settings settings;
    memset(&suite, 0, sizeof(suite));
    has_begun = is_done = is_late = false;
    asked = NULL;
    if (!manifest_parse(mf, "fuzz.ini", suite_text, strlen(suite_text), &settings))
        target_fail("the suite file has an error: %s", mf->errors.items[0].text);
    mf->shm_works = true;
    if (!booted) {
        if (!channel_table_make())
            target_fail("no table of channels");
        control_init(&control_ops);
        output_init(true, console_redraw);
        log_set_writer(lp_log);
    }
    booted = true;
    suite.pid = 1;
    suite.debug_name = debugged;
    channels_init(&suite.channels, &channel_env);
    patrol_start();
    if (boot_vm() < 0)
        target_fail("vm does not start");
}

void shell_check_end(void)
{
    if (!stop_is_done())
        target_fail("the suite does not end");
    for (int slot = 0; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot])
            target_fail("the launcher keeps task %d", suite.tasks[slot]->id);
    }
    for (struct task_spec *spec = suite.manifest.tasks; spec; spec = spec->next) {
        if (spec->shared_bytes)
            target_fail("%s is charged for %llu bytes still", spec->name,
                        (unsigned long long)spec->shared_bytes);
    }
    manifest_free(&suite.manifest);
}
