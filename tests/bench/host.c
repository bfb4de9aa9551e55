// Describes the machine, which a reader needs to judge the figures.
#include "bench.h"
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void processor(char *name, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    snprintf(name, size, "unknown");
    while (file && fgets(line, sizeof(line), file)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon)
            continue;
        snprintf(name, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    if (file)
        fclose(file);
}

static double load_average(void)
{
    double load = 0;
    FILE *file = fopen("/proc/loadavg", "re");
    if (file && fscanf(file, "%lf", &load) != 1)
        load = 0;
    if (file)
        fclose(file);
    return load;
}

static void print_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        if ((unsigned char)*text >= 0x20)
            fputc(*text, out);
    }
    fputc('"', out);
}

void host_json(FILE *out)
{
    char name[128], when[32];
    struct utsname system;
    time_t now = time(NULL);
    struct tm utc;
    processor(name, sizeof(name));
    uname(&system);
    gmtime_r(&now, &utc);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
    fputs("{\"processor\": ", out);
    print_quoted(out, name);
    fprintf(out, ", \"cores\": %ld, \"kernel\": ", sysconf(_SC_NPROCESSORS_ONLN));
    print_quoted(out, system.release);
    fprintf(out, ", \"machine\": \"%s\", \"compiler\": ", system.machine);
    print_quoted(out, __VERSION__);
    fprintf(out, ", \"load\": %.2f, \"quick\": %s, \"time\": \"%s\"}", load_average(),
            settings.quick ? "true" : "false", when);
}

void host_line(FILE *out)
{
    char name[128];
    struct utsname system;
    processor(name, sizeof(name));
    uname(&system);
    fprintf(out, "%s, %ld cores, Linux %s, load %.1f", name, sysconf(_SC_NPROCESSORS_ONLN),
            system.release, load_average());
}
