// Figures of the tasks, from their state pages, in Prometheus' text format.
#ifndef LAUNCHER_METRICS_H
#define LAUNCHER_METRICS_H

char *metrics_text(void); // The caller frees it.

#endif
