// Where the task's log goes.
#ifndef LIBIPC_LOG_H
#define LIBIPC_LOG_H

/// The launcher has started us: the log is WIRE_LOG_FD. Before that, it is standard error.
void log_begin(void);

#endif
