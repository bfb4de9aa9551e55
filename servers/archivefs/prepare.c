// Loads what the C library and libarchive would load on first use: the locale, the time zone and
// code pages. Code pages of iconv(3) are modules, files that a sandboxed task cannot open.
// libarchive asks for them through iconv_open(), which this file replaces: it knows only those
// loaded here.
#include "prepare.h"
#include <dlfcn.h>
#include <errno.h>
#include <iconv.h>
#include <locale.h>
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "filter.h"

// Names are UTF-16 in 7z, cab and Joliet. LHA gives the number of a code page of DOS or Windows.
static const char *const charsets[] = {
    "UTF-8",  "UTF-16LE", "UTF-16BE", "CP437",  "CP737",  "CP775",  "CP850",  "CP852",  "CP855",
    "CP857",  "CP858",    "CP860",    "CP861",  "CP862",  "CP863",  "CP864",  "CP865",  "CP866",
    "CP869",  "CP874",    "CP932",    "CP936",  "CP949",  "CP950",  "CP1250", "CP1251", "CP1252",
    "CP1253", "CP1254",   "CP1255",   "CP1256", "CP1257", "CP1258", "CP1361",
};
#define NUM_CHARSETS (sizeof(charsets) / sizeof(charsets[0]))

static struct {
    iconv_t (*open)(const char *to, const char *from); // the C library's
    bool is_loaded[NUM_CHARSETS];
} iconvs;

static bool is_loaded(const char *name)
{
    for (size_t i = 0; i < NUM_CHARSETS; i++) {
        if (strcasecmp(charsets[i], name) == 0)
            return iconvs.is_loaded[i];
    }
    return false;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the header's are reserved.
iconv_t iconv_open(const char *to, const char *from)
{
    if (is_loaded(to) && is_loaded(from))
        return iconvs.open(to, from);
    errno = EINVAL;
    return (iconv_t)-1;
}

// The descriptor is never closed, which keeps its modules loaded.
static void load_charsets(void)
{
    void *symbol = dlsym(RTLD_NEXT, "iconv_open");
    if (!symbol)
        return;
    memcpy(&iconvs.open, &symbol, sizeof(symbol));
    for (size_t i = 0; i < NUM_CHARSETS; i++) {
        iconvs.is_loaded[i] = iconvs.open("UTF-8", charsets[i]) != (iconv_t)-1;
        if (!iconvs.is_loaded[i] && strncmp(charsets[i], "UTF", 3) == 0)
            WARN("names in %s cannot be converted", charsets[i]);
    }
}

void archive_prepare(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    // Times without a zone are UTC. And the C library does not search for a zone that is set.
    setenv("TZ", "UTC0", 1);
    tzset();
    load_charsets();
    filter_prepare();
}
