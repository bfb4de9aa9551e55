// The launcher's start and end, and what is static there.
#include <string.h>
#include "../../launcher/run.c"
#include "../../launcher/stop.c"
#include "launcher_process.h"

void shell_boot(const char *suite_text, const char *debugged)
{
    static bool booted;
    struct manifest *mf = &suite.manifest;
    static const struct settings settings;
    struct task_spec *vm_spec = suite.vm_spec;
    struct strings none = {0};
    memset(&suite, 0, sizeof(suite));
    is_late = false;
    asked = NULL;
    if (!manifest_parse(mf, "fuzz.ini", suite_text, strlen(suite_text), &settings))
        lp_fail("the suite file has an error: %s", mf->errors.items[0].text);
    mf->shm_works = true;
    suite.vm_spec = vm_spec;
    if (!booted) {
        make_vm_spec();
        if (!control_make_table())
            lp_fail("no table of channels");
        output_init(true);
    }
    booted = true;
    suite.pid = 1;
    suite.debug_name = debugged;
    channels_init(&suite.channels, &control_env);
    watch_start();
    if (task_start(suite.vm_spec, &none) < 0)
        lp_fail("vm does not start");
}

void shell_check_end(void)
{
    if (!suite.finished)
        lp_fail("the suite does not end");
    for (int slot = 0; slot < CONFIG_NUM_TASKS; slot++) {
        if (suite.tasks[slot])
            lp_fail("the launcher keeps task %d", suite.tasks[slot]->id);
    }
    for (struct task_spec *spec = suite.manifest.tasks; spec; spec = spec->next) {
        if (spec->shared_bytes)
            lp_fail("%s is charged for %llu bytes still", spec->name,
                    (unsigned long long)spec->shared_bytes);
    }
    manifest_free(&suite.manifest);
}
