// vm's shell without its loop: the target makes the turns.
#define main vm_main
void vm_main(void);
#include "../../vm/main.c"
#undef main
#include "vm_process.h"

void shell_start(void)
{
    static bool booted;
    if (!booted) {
        oolong_prepare(); // on no core of its own, vm copies alone
        seed();
    }
    booted = true;
    key = (struct random_key){{1, 2}, 0}; // the same key in each run
    timer_is_for = UINT64_MAX;
    OOPS_OK(timer_set(0));
    vm_init(&vm, &env, NULL);
}

void shell_turn(void)
{
    serve();
}

void shell_check(void)
{
    vm_check(&vm);
}

bool shell_is_empty(void)
{
    for (unsigned slot = 0; slot < CONFIG_NUM_TASKS; slot++) {
        if (vm.ids[slot] || landings[slot].len)
            return false;
    }
    return vm.num_segments == 0;
}
