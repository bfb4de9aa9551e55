// See settings.h.
#include "settings.h"
#include <stdlib.h>
#include <string.h>

static const char *find_setting(const struct settings *settings, const char *key, size_t len)
{
    for (size_t i = settings ? settings->pairs.len : 0; i-- > 0;) {
        const char *pair = settings->pairs.items[i];
        if (!strncmp(pair, key, len) && pair[len] == '=')
            return pair + len + 1;
    }
    return NULL;
}

bool settings_have(const struct settings *settings, const char *key)
{
    return find_setting(settings, key, strlen(key)) != NULL;
}

char *settings_expand(const struct settings *settings, const char *value, char **error)
{
    char *result = xstrdup("");
    while (*value) {
        size_t len = strcspn(value, "$");
        char *more = NULL;
        if (len) {
            more = xasprintf("%s%.*s", result, (int)len, value);
        } else if (value[1] != '{') {
            len = value[1] == '$' ? 2 : 1; // "$$" is a dollar sign
            more = xasprintf("%s$", result);
        } else {
            size_t key_len = strcspn(value + 2, "}");
            const char *found = find_setting(settings, value + 2, key_len);
            len = key_len + 3;
            if (value[len - 1] != '}')
                *error = xstrdup("${ without }");
            else if (!found)
                *error = xasprintf("${%.*s} is not set: give --set %.*s=VALUE", (int)key_len,
                                   value + 2, (int)key_len, value + 2);
            else
                more = xasprintf("%s%s", result, found);
        }
        free(result);
        result = more;
        if (!result)
            return NULL;
        value += len;
    }
    return result;
}
