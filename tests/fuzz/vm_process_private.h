// Shared by the files vm_process*.c.
#ifndef TESTS_FUZZ_VM_PROCESS_PRIVATE_H
#define TESTS_FUZZ_VM_PROCESS_PRIVATE_H

#include "vm_process.h"

#define SLOT(k)   ((task_t)(k) + 2)
#define NS_PER_MS 1000000ull

// vm_process.c
/// Opens the memory of a channel as vm gets it.
int vp_open_page(const struct vp_channel *ch);
int vp_open_landing(const struct vp_channel *ch);
/// Frees the slot and resets its memory.
void vp_reset_task(struct vp_task *task);
/// Called when vm has nothing to do. Returns to vp_run().
void vp_rest(void) __attribute__((noreturn));

// vm_process_launcher.c
void launcher_reset(void);
/// Sends CTL_BOOT, with the descriptors of vm's page and of the table of channels.
void launcher_boot(int page_fd, int talk_fd);
/// Handles a control packet of vm.
void launcher_hear(const struct packet *packet);
/// Whether vm has something to read from the launcher.
bool launcher_has_said(void);
/// Works like transport_recv().
error_t launcher_recv(struct packet *packet, bool wait, int *fds, int max_fds, int *num_fds);

#endif
