// Evaluates the conditions of requests: see precondition.h.
#include "precondition.h"
#include <string.h>
#include "date.h"

// Finds the next tag of a list: `*tag` points to its first quote, and `*len` counts both quotes.
// Returns where the text after it begins. NULL: there is no further tag, or the text is no list.
static const char *next_tag(const char *p, const char **tag, size_t *len, bool *weak)
{
    p += strspn(p, " \t,");
    *weak = strncmp(p, "W/", 2) == 0;
    if (*weak)
        p += 2;
    if (*p != '"')
        return NULL;
    const char *end = strchr(p + 1, '"');
    if (!end)
        return NULL;
    *tag = p;
    *len = (size_t)(end + 1 - p);
    end += 1 + strspn(end + 1, " \t");
    return *end == ',' || *end == '\0' ? end : NULL;
}

// Whether a list of tags has the tag of the version. Weak tags count if
// `weak_counts` is set.
static bool has_tag(const struct request *request, enum field field, const struct version *version,
                    bool weak_counts)
{
    const char *value = NULL;
    while ((value = request_field(request, field, value))) {
        const char *p = value, *tag;
        size_t len;
        bool weak;
        if (strcmp(value, "*") == 0)
            return true; // "*": any version
        while ((p = next_tag(p, &tag, &len, &weak))) {
            if ((weak_counts || !weak) && strlen(version->etag) == len &&
                memcmp(tag, version->etag, len) == 0)
                return true;
        }
    }
    return false;
}

// Whether the version has changed since the date in the field. The field is ignored if it has no
// good date, or if the version has none.
enum changed {
    CHANGED_UNKNOWN,
    CHANGED_NOT,
    CHANGED_SINCE,
};

static enum changed changed_since(const struct request *request, enum field field,
                                  const struct version *version, int64_t now)
{
    const char *value = request_field_once(request, field);
    int64_t date;
    if (!value || !version->has_mtime || !date_parse(value, now, &date))
        return CHANGED_UNKNOWN;
    return version->mtime <= date ? CHANGED_NOT : CHANGED_SINCE;
}

enum precondition precondition_check(const struct request *request, const struct version *version,
                                     int64_t now)
{
    // The order is that of RFC 9110 section 13.2.2.
    if (request_field(request, FIELD_IF_MATCH, NULL)) {
        if (!has_tag(request, FIELD_IF_MATCH, version, false))
            return PRECONDITION_FAILED;
    } else if (changed_since(request, FIELD_IF_UNMODIFIED_SINCE, version, now) == CHANGED_SINCE) {
        return PRECONDITION_FAILED;
    }
    if (request_field(request, FIELD_IF_NONE_MATCH, NULL)) {
        if (has_tag(request, FIELD_IF_NONE_MATCH, version, true))
            return PRECONDITION_NOT_MODIFIED;
    } else if (changed_since(request, FIELD_IF_MODIFIED_SINCE, version, now) == CHANGED_NOT) {
        return PRECONDITION_NOT_MODIFIED;
    }
    return PRECONDITION_HOLDS;
}

const char *precondition_range(const struct request *request, const struct version *version,
                               int64_t now)
{
    const char *range = request_field_once(request, FIELD_RANGE);
    const char *if_range = request_field(request, FIELD_IF_RANGE, NULL);
    if (request->head || !range || !if_range)
        return request->head ? NULL : range;
    if (!request_field_once(request, FIELD_IF_RANGE))
        return NULL;
    if (*if_range == '"' || strncmp(if_range, "W/", 2) == 0)
        return *version->etag && strcmp(if_range, version->etag) == 0 ? range : NULL;
    // A date identifies a version only once its second is over: until then the file may change
    // again.
    int64_t date;
    return version->has_mtime && version->mtime + 1 < now && date_parse(if_range, now, &date) &&
                   date == version->mtime
               ? range
               : NULL;
}
