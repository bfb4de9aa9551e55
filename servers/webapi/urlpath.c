// Makes paths of request targets: see urlpath.h.
#include "urlpath.h"
#include <string.h>
#include <strings.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// Skips scheme and host of a target such as "http://host/path". The path may be missing.
static const char *skip_authority(const char *target)
{
    if (strncasecmp(target, "http://", 7) != 0)
        return target;
    target += 7 + strcspn(target + 7, "/?");
    return *target == '/' ? target : "/";
}

// Decodes %XX up to the query. False: a broken %XX, or a NUL.
static bool decode(const char *target, char *path)
{
    while (*target && *target != '?') {
        if (*target == '%') {
            int high = hex(target[1]);
            int low = high < 0 ? -1 : hex(target[2]);
            if (low < 0 || (high == 0 && low == 0))
                return false;
            *path++ = (char)(high << 4 | low);
            target += 3;
        } else {
            *path++ = *target++;
        }
    }
    *path = '\0';
    return true;
}

bool target_to_path(const char *target, char *path, bool *is_dir)
{
    target = skip_authority(target);
    if (*target != '/' || !decode(target, path))
        return false;
    // Works in place: the result is never longer than the text that was read.
    const char *in = path;
    char *out = path;
    *is_dir = true;
    while (*in) {
        while (*in == '/')
            in++;
        size_t len = strcspn(in, "/");
        *is_dir = len == 0 || in[len] == '/';
        if (len == 0 || (len == 1 && in[0] == '.')) {
            *is_dir = true;
        } else if (len == 2 && in[0] == '.' && in[1] == '.') {
            if (out == path)
                return false;
            while (*--out != '/')
                ;
            *is_dir = true;
        } else {
            *out++ = '/';
            memmove(out, in, len);
            out += len;
        }
        in += len;
    }
    if (out == path)
        *out++ = '/';
    *out = '\0';
    return true;
}
