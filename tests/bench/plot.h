// Charts as SVG, for a page without other files.
#ifndef BENCH_PLOT_H
#define BENCH_PLOT_H

#include "bench.h"

#define PLOT_MAX_LINES 12

struct plot_line {
    const char *name;
    const double *y; // one for each of the plot's x; 0: no value
    bool is_dashed;
};

struct plot {
    const char *title;
    const char *unit; // of y, for the tooltips: "us", "GB/s"
    const uint64_t *payloads;
    size_t num_payloads;
    struct plot_line lines[PLOT_MAX_LINES];
    size_t num_lines;
};

/// A chart with logarithmic axes and the payload on the horizontal one.
void plot_lines(FILE *out, const struct plot *plot);

struct plot_bar {
    char label[32];
    double parts[8];
};

/// Bars made of parts. A bar is as long as the sum of its parts; with `is_share`, all bars have the
/// same length.
void plot_bars(FILE *out, const char *title, const char *unit, const struct plot_bar *bars,
               size_t num_bars, const char *const *parts, size_t num_parts, bool is_share);

#endif
