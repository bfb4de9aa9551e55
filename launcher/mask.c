// See mask.h.
#include "mask.h"
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <oolong/printable.h>
#include "util.h"

bool mask_is_utf8(void)
{
    static int known = -1;
    if (known < 0) {
        locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
        known = locale && !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8");
        if (locale)
            freelocale(locale);
    }
    return known;
}

void mask_line(char *text, bool on_terminal)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        uint32_t character = 0;
        unsigned char *bytes = (unsigned char *)text + at;
        int num = printable_read(bytes, len - at, &character);
        bool is_good = num > 0 ? printable_is_harmless(character) : !on_terminal && *bytes >= 0xa0;
        num = num > 0 ? num : 1;
        if (!is_good || (on_terminal && !mask_is_utf8() && *bytes >= 0x80))
            memset(bytes, '?', (size_t)num);
        at += (size_t)num;
    }
}

void mask_print(FILE *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = xvasprintf(format, args);
    va_end(args);
    mask_line(text, isatty(fileno(out)));
    fprintf(out, "%s\n", text);
    free(text);
}

bool is_printable(const char *text)
{
    for (size_t len = strlen(text); len > 0;) {
        uint32_t character;
        int num = printable_read((const unsigned char *)text, len, &character);
        if (num <= 0 || !printable_is_harmless(character))
            return false;
        text += num;
        len -= (size_t)num;
    }
    return true;
}
