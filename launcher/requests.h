// What tasks and vm may ask of the launcher, a row each.
#ifndef LAUNCHER_REQUESTS_H
#define LAUNCHER_REQUESTS_H

#include "suite.h"

void request_handle(struct task *task, const struct packet *packet);

#endif
