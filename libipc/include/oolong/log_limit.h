// A limit for repeated log lines, for tasks and for the launcher. Another task may be able to
// provoke a line as often as it likes. Such lines must not fill a disk or hide other lines.
#ifndef OOLONG_LOG_LIMIT_H
#define OOLONG_LOG_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_BURST       20          // lines of one kind at once,
#define LOG_INTERVAL_NS 1000000000u // and then one in this time
#define LOG_KINDS       32 // that are told apart; of more, the one longest ago is forgotten

/// Whether something may happen at `now_ns` that may happen `burst` times at once, and then once in
/// each `interval_ns`. `*full_ns`, 0 at first, is when it may happen `burst` times again; the time
/// does not run backwards.
static inline bool rate_pass(uint64_t *full_ns, unsigned burst, uint64_t interval_ns,
                             uint64_t now_ns)
{
    uint64_t begin_ns = *full_ns > now_ns ? *full_ns : now_ns;
    if (begin_ns - now_ns > (burst - 1) * interval_ns)
        return false;
    *full_ns = begin_ns + interval_ns;
    return true;
}

struct log_kind {
    uint64_t key;     // 0: free
    uint64_t full_ns; // when its credit is LOG_BURST again
};

/// Zeroed: no line was written.
struct log_limit {
    struct log_kind kinds[LOG_KINDS];
};

/// A key (not 0) for a line: a hash of its text.
static inline uint64_t log_key(const char *text, bool without_digits)
{
    uint64_t key = 0xcbf29ce484222325u; // FNV-1a
    for (; *text; text++) {
        if (!without_digits || *text < '0' || *text > '9')
            key = (key ^ (unsigned char)*text) * 0x100000001b3u;
    }
    return key | 1;
}

/// Whether a line of the kind `key` may be written at `now_ns`, a time that does not run backwards.
static inline bool log_limit_pass(struct log_limit *limit, uint64_t key, uint64_t now_ns)
{
    struct log_kind *kind = &limit->kinds[0];
    for (size_t i = 0; i < LOG_KINDS; i++) {
        struct log_kind *other = &limit->kinds[i];
        if (other->key == key) {
            kind = other;
            break;
        }
        if (other->full_ns < kind->full_ns)
            kind = other;
    }
    if (kind->key != key)
        *kind = (struct log_kind){key, 0};
    return rate_pass(&kind->full_ns, LOG_BURST, LOG_INTERVAL_NS, now_ns);
}

#endif
