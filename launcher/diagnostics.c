// See diagnostics.h.
#include "diagnostics.h"
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include "mask.h"

void manifest_error(struct manifest *mf, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = xvasprintf(format, args);
    va_end(args);
    struct diagnostics *errors = &mf->errors;
    errors->items = xreallocarray(errors->items, errors->len + 1, sizeof(*errors->items));
    errors->items[errors->len++] = (struct diagnostic){line, text};
}

void manifest_print_errors(const struct manifest *mf, FILE *out)
{
    const struct diagnostics *errors = &mf->errors;
    for (int line = 0, next; line != INT_MAX; line = next) {
        next = INT_MAX;
        for (size_t i = 0; i < errors->len; i++) {
            const struct diagnostic *e = &errors->items[i];
            if (e->line > line && e->line < next)
                next = e->line;
            if (e->line != line)
                continue;
            if (line)
                mask_print(out, "%s:%d: error: %s", mf->path, line, e->text);
            else
                mask_print(out, "%s: error: %s", mf->path, e->text);
        }
    }
}
