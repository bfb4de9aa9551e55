// Draws charts: computes the places of lines, ticks and words. The page's style sheet has the
// colours.
#include "plot.h"
#include <math.h>
#include <string.h>

#define WIDTH  760
#define HEIGHT 400
#define LEFT   70
#define RIGHT  170 // for the names of the lines
#define TOP    14
#define BOTTOM 40

#define BAR_HEIGHT 22
#define BAR_LEFT   120

struct range {
    double low, high;
};

// A payload of 0 is drawn to the left of the smallest other one.
static double log_payload(uint64_t payload)
{
    return payload > 0 ? log2((double)payload) : 3;
}

static double x_of(const struct plot *plot, uint64_t payload)
{
    double low = log_payload(plot->payloads[0]);
    double high = log_payload(plot->payloads[plot->num_payloads - 1]);
    return LEFT + (log_payload(payload) - low) / (high - low) * (WIDTH - LEFT - RIGHT);
}

static double y_of(struct range range, double y)
{
    return TOP + (range.high - log10(y)) / (range.high - range.low) * (HEIGHT - TOP - BOTTOM);
}

static struct range find_range(const struct plot *plot)
{
    struct range range = {1e9, -1e9};
    for (size_t l = 0; l < plot->num_lines; l++) {
        for (size_t i = 0; i < plot->num_payloads; i++) {
            double y = plot->lines[l].y[i];
            if (y <= 0)
                continue;
            range.low = fmin(range.low, floor(log10(y)));
            range.high = fmax(range.high, ceil(log10(y)));
        }
    }
    if (range.high <= range.low)
        range.high = range.low + 1;
    return range;
}

// Prints a power of ten in a common unit: "10 ms", "100 MB/s".
static void tick_text(char *text, size_t size, double y, const char *unit)
{
    static const char *const times[] = {"ns", "us", "ms", "s"};
    static const char *const rates[] = {"kB/s", "MB/s", "GB/s", "TB/s"};
    bool is_time = !strcmp(unit, "us");
    int step = is_time ? 1 : 2; // the index of `unit`
    while (y < 0.99 && step > 0) {
        y *= 1000;
        step--;
    }
    while (y > 999 && step < 3) {
        y /= 1000;
        step++;
    }
    snprintf(text, size, "%g %s", y, is_time ? times[step] : rates[step]);
}

static void draw_axes(FILE *out, const struct plot *plot, struct range range)
{
    for (double e = range.low; e <= range.high + 0.1; e++) {
        double y = y_of(range, pow(10, e));
        char text[32];
        tick_text(text, sizeof(text), pow(10, e), plot->unit);
        fprintf(out,
                "<line class=grid x1=%d x2=%d y1=%.1f y2=%.1f />"
                "<text x=%d y=%.1f text-anchor=end>%s</text>\n",
                LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, text);
    }
    for (size_t i = 0; i < plot->num_payloads; i++) {
        double x = x_of(plot, plot->payloads[i]);
        fprintf(out,
                "<line class=grid x1=%.1f x2=%.1f y1=%d y2=%d />"
                "<text x=%.1f y=%d text-anchor=middle>%s</text>\n",
                x, x, TOP, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 16,
                payload_text(plot->payloads[i]));
    }
}

static void draw_line(FILE *out, const struct plot *plot, size_t number, struct range range)
{
    const struct plot_line *line = &plot->lines[number];
    fprintf(out, "<polyline class=\"line c%zu%s\" points=\"", number,
            line->is_dashed ? " dashed" : "");
    for (size_t i = 0; i < plot->num_payloads; i++) {
        if (line->y[i] > 0)
            fprintf(out, "%.1f,%.1f ", x_of(plot, plot->payloads[i]), y_of(range, line->y[i]));
    }
    fputs("\" />\n", out);
    for (size_t i = 0; i < plot->num_payloads; i++) {
        if (line->y[i] > 0)
            fprintf(out,
                    "<circle class=c%zu cx=%.1f cy=%.1f r=3><title>%s, %s: %.3g %s</title>"
                    "</circle>\n",
                    number, x_of(plot, plot->payloads[i]), y_of(range, line->y[i]), line->name,
                    payload_text(plot->payloads[i]), line->y[i], plot->unit);
    }
    double y = TOP + 12 + 20 * (double)number;
    fprintf(out,
            "<line class=\"line c%zu%s\" x1=%d x2=%d y1=%.1f y2=%.1f />"
            "<text x=%d y=%.1f>%s</text>\n",
            number, line->is_dashed ? " dashed" : "", WIDTH - RIGHT + 12, WIDTH - RIGHT + 36, y - 4,
            y - 4, WIDTH - RIGHT + 42, y, line->name);
}

void plot_lines(FILE *out, const struct plot *plot)
{
    struct range range = find_range(plot);
    if (plot->num_lines == 0 || range.low > 1e8)
        return;
    fprintf(out, "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\">\n", plot->title,
            WIDTH, HEIGHT);
    draw_axes(out, plot, range);
    for (size_t l = 0; l < plot->num_lines; l++)
        draw_line(out, plot, l, range);
    fputs("</svg></figure>\n", out);
}

static double sum_of(const struct plot_bar *bar, size_t num_parts)
{
    double sum = 0;
    for (size_t p = 0; p < num_parts; p++)
        sum += bar->parts[p];
    return sum;
}

static void draw_bar(FILE *out, const struct plot_bar *bar, double y, double scale,
                     const char *const *parts, size_t num_parts, const char *unit)
{
    double x = BAR_LEFT;
    fprintf(out, "<text x=%d y=%.1f text-anchor=end>%s</text>\n", BAR_LEFT - 8, y + 15, bar->label);
    for (size_t p = 0; p < num_parts; p++) {
        double width = bar->parts[p] * scale;
        if (width <= 0)
            continue;
        fprintf(out,
                "<rect class=c%zu x=%.1f y=%.1f width=%.1f height=%d><title>%s, %s: %.4g "
                "%s</title></rect>\n",
                p, x, y, width, BAR_HEIGHT - 4, bar->label, parts[p], bar->parts[p], unit);
        x += width;
    }
    fprintf(out, "<text x=%.1f y=%.1f>%.4g %s</text>\n", x + 6, y + 15, sum_of(bar, num_parts),
            unit);
}

void plot_bars(FILE *out, const char *title, const char *unit, const struct plot_bar *bars,
               size_t num_bars, const char *const *parts, size_t num_parts, bool is_share)
{
    double longest = 0;
    for (size_t i = 0; i < num_bars; i++)
        longest = fmax(longest, sum_of(&bars[i], num_parts));
    if (longest <= 0)
        return;
    fprintf(out, "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %zu\">\n", title, WIDTH,
            num_bars * BAR_HEIGHT + 34);
    for (size_t i = 0; i < num_bars; i++) {
        double length = is_share ? sum_of(&bars[i], num_parts) : longest;
        if (length > 0)
            draw_bar(out, &bars[i], (double)(i * BAR_HEIGHT), (WIDTH - BAR_LEFT - 100) / length,
                     parts, num_parts, unit);
    }
    double x = BAR_LEFT;
    double y = (double)(num_bars * BAR_HEIGHT) + 24;
    for (size_t p = 0; p < num_parts; p++) {
        fprintf(out,
                "<rect class=c%zu x=%.1f y=%.1f width=12 height=12 /><text x=%.1f y=%.1f>%s"
                "</text>\n",
                p, x, y - 10, x + 17, y, parts[p]);
        x += 34 + 7 * (double)snprintf(NULL, 0, "%s", parts[p]);
    }
    fputs("</svg></figure>\n", out);
}
