// Owns a task's last packet to the launcher, which needs nothing of the library but the socket: it
// may be sent from a signal handler, and before boot.

#include "abort.h"
#include <stdlib.h>
#include <unistd.h>
#include <oolong/internal.h>
#include "futex.h"
#include "self.h"
#include "transport.h"

// The launcher ends us in a moment; for as long as it takes, this task does nothing.
static void __noreturn sleep_until_killed(void)
{
    static _Atomic uint32_t never;
    const struct futex_word word = {&never, 0};
    for (;;)
        futex_wait(&word, 1, 0);
}

void task_abort(void)
{
    struct packet packet = {.type = CTL_ABORT};
    packet.word = wire_word(WIRE_CONTROL, 0, 0);
    if (ipc_self.boot.num_filter == 0)
        abort(); // no launcher, or a debugger, which stops here
    if (IS_OK(transport_send(CONTROL_FD, &packet, true, -1)))
        sleep_until_killed();
    __builtin_trap();
}

void abort_trapped(int nr, uint32_t arch, uintptr_t ip)
{
    struct packet packet = {.type = CTL_TRAP, .trap = {.nr = nr, .arch = arch, .ip = ip}};
    packet.word = wire_word(WIRE_CONTROL, 0, 0);
    error_t err = transport_send(CONTROL_FD, &packet, false, -1);
    _exit(IS_ERROR(err) ? 158 : 159); // 128 + SIGSYS
}
