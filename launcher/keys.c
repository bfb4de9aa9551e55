// A table of keys for each kind of section; see keys.h.
#include "keys.h"
#include <errno.h>
#include <linux/if.h>
#include <stdlib.h>
#include <string.h>
#include <oolong/types.h>
#include <oolong/wire.h>
#include "diagnostics.h"
#include "mask.h"
#include "sandbox.h"
#include "settings.h"

#define DEFAULT_RESTART_SECONDS 10
#define MAX_OOL_LEN             (1ull << 30)

static void bad_value(struct place *at, const char *value, const char *wanted)
{
    manifest_error(at->mf, at->line, "%s = %s: must be %s", at->key, value, wanted);
}

// A number; with `allow_unit`, K, M or G may follow.
static bool parse_number(const char *value, bool allow_unit, uint64_t max, uint64_t *result)
{
    char *end;
    errno = 0;
    if (value[0] < '0' || value[0] > '9')
        return false;
    unsigned long long number = strtoull(value, &end, 10);
    const char *units = "KMG";
    const char *unit = allow_unit && *end ? strchr(units, *end) : NULL;
    uint64_t scale = unit ? 1ull << (10 * (unit - units + 1)) : 1;
    if (unit) // 256M, 256MB and 256MiB are the same
        end += !strcmp(end + 1, "iB") ? 3 : !strcmp(end + 1, "B") ? 2 : 1;
    if (errno || *end || number > max / scale)
        return false;
    *result = number * scale;
    return true;
}

static bool parse_bool(struct place *at, const char *value)
{
    if (strcmp(value, "yes") && strcmp(value, "no"))
        bad_value(at, value, "yes or no");
    return !strcmp(value, "yes");
}

// Calls `add` for each name in a list separated by blanks or commas.
static void each_name(struct place *at, const char *value,
                      void (*add)(struct place *at, const char *name))
{
    char *copy = xstrdup(value), *save = NULL;
    for (char *name = strtok_r(copy, " \t\n,", &save); name; name = strtok_r(NULL, " \t\n,", &save))
        add(at, name);
    free(copy);
}

static void set_program(struct place *at, const char *value)
{
    struct task_spec *task = at->task;
    if (!*value || (!strchr(value, '/') && !is_plain_name(value))) {
        bad_value(at, value, "a program's name, or a path with a '/'");
        task->program_unknown = true;
        return;
    }
    free(task->program);
    if (*value == '/' || !strchr(value, '/') || at->from_setting)
        task->program = xstrdup(value);
    else
        task->program = xasprintf("%s%s", at->mf->dir, value);
    task->program_line = at->line;
}

static void set_args(struct place *at, const char *value)
{
    struct strings words = {0};
    const char *error = split_command(value, &words);
    if (error)
        manifest_error(at->mf, at->line, "args: %s%s", error,
                       at->has_comment ? " before the comment, which begins with ' ;'" : "");
    for (size_t i = 0; i < words.len; i++) {
        char *unset = NULL;
        char *word = settings_expand(at->mf->settings, words.items[i], &unset);
        if (word)
            strings_add(&at->task->args, word);
        else
            manifest_error(at->mf, at->line, "%s", unset);
        free(word);
        free(unset);
    }
    strings_free(&words);
}

static void add_call(struct place *at, const char *name)
{
    if (!strcmp(name, "*"))
        at->task->calls_any = true;
    else
        strings_add(&at->task->calls, name);
}

static void set_calls(struct place *at, const char *value)
{
    each_name(at, value, add_call);
}

static void add_service(struct place *at, const char *name)
{
    struct strings *serves = &at->task->serves;
    if (strlen(name) > 63 || !is_printable(name))
        bad_value(at, name, "a name of at most 63 bytes, in UTF-8");
    else if (!strings_contain(serves, name) && serves->len == MAX_SERVED_NAMES)
        manifest_error(at->mf, at->line,
                       "serves = %s: this name is one too many, a task serves at most %d", name,
                       MAX_SERVED_NAMES);
    else if (!strings_contain(serves, name))
        strings_add(serves, name);
}

static void set_serves(struct place *at, const char *value)
{
    each_name(at, value, add_service);
}

static void set_profile(struct place *at, const char *value)
{
    if (!sandbox_profile_exists(value)) {
        char *names = sandbox_profile_names();
        manifest_error(at->mf, at->line, "profile = %s: must be one of %s", value, names);
        free(names);
        return;
    }
    free(at->task->profile);
    at->task->profile = xstrdup(value);
    at->task->profile_line = at->line;
}

static void set_restart(struct place *at, const char *value)
{
    if (!strcmp(value, "never"))
        at->task->restart = RESTART_NEVER;
    else if (!strcmp(value, "on-failure"))
        at->task->restart = RESTART_ON_FAILURE;
    else if (!strcmp(value, "always"))
        at->task->restart = RESTART_ALWAYS;
    else
        bad_value(at, value, "never, on-failure or always");
}

// NUMBER [in SECONDS [s]] | unlimited
static bool parse_restart_limit(const char *value, struct restart_limit *limit)
{
    const char *in = strstr(value, " in ");
    uint64_t num = 0, seconds = DEFAULT_RESTART_SECONDS;
    if (!strcmp(value, "unlimited")) {
        *limit = (struct restart_limit){RESTART_UNLIMITED, 0};
        return true;
    }
    char *first = in ? xasprintf("%.*s", (int)(in - value), value) : xstrdup(value);
    char *second = xstrdup(in ? in + strlen(" in ") : "");
    size_t len = strlen(second);
    len -= len > 0 && second[len - 1] == 's';
    len -= len > 0 && second[len - 1] == ' ';
    second[len] = '\0';
    bool is_good = parse_number(first, false, 1000000, &num) && num > 0 &&
                   (!in || (parse_number(second, false, 1000000, &seconds) && seconds > 0));
    free(first);
    free(second);
    if (is_good)
        *limit = (struct restart_limit){(unsigned)num, (unsigned)seconds};
    return is_good;
}

static void take_restart_limit(struct place *at, const char *value, struct restart_limit *limit)
{
    if (!parse_restart_limit(value, limit))
        bad_value(at, value, "NUMBER in SECONDS s, or unlimited");
}

static void set_restart_limit(struct place *at, const char *value)
{
    take_restart_limit(at, value, &at->task->restart_limit);
}

static void add_right(struct place *at, const char *name)
{
    if (!strcmp(name, "quit"))
        at->task->rights |= RIGHT_QUIT;
    else if (!strcmp(name, "launch"))
        at->task->rights |= RIGHT_LAUNCH;
    else if (!strcmp(name, "destroy"))
        at->task->rights |= RIGHT_DESTROY;
    else if (!strcmp(name, "inspect"))
        at->task->rights |= RIGHT_INSPECT;
    else
        bad_value(at, name, "quit, launch, destroy or inspect");
}

static void set_rights(struct place *at, const char *value)
{
    each_name(at, value, add_right);
}

static void set_console(struct place *at, const char *value)
{
    at->task->console = parse_bool(at, value);
}

static void set_autostart(struct place *at, const char *value)
{
    at->task->autostart = parse_bool(at, value);
}

static void set_main(struct place *at, const char *value)
{
    at->task->is_main = parse_bool(at, value);
}

static void set_vital(struct place *at, const char *value)
{
    at->task->vital = parse_bool(at, value);
}

static void set_memory(struct place *at, const char *value)
{
    if (!strcmp(value, "unlimited"))
        at->task->memory = 0;
    else if (!parse_number(value, true, UINT64_MAX / 2, &at->task->memory) ||
             at->task->memory < 16 << 20)
        bad_value(at, value, "16M or more (such as 256M), or unlimited");
}

static void set_shared_memory(struct place *at, const char *value)
{
    if (!parse_number(value, true, UINT64_MAX / 2, &at->task->shared_memory))
        bad_value(at, value, "a size, with K, M or G");
}

static void set_files(struct place *at, const char *value)
{
    uint64_t number;
    if (!parse_number(value, false, 1000000, &number) || number < 16)
        bad_value(at, value, "a number from 16 to 1000000");
    else
        at->task->files = (unsigned)number;
}

static void set_ool_buffer(struct place *at, const char *value)
{
    uint64_t number;
    if (!parse_number(value, true, MAX_OOL_LEN, &number) || number < 4096)
        bad_value(at, value, "from 4K to 1G");
    else
        at->task->ool_len = number;
}

static void set_cpu(struct place *at, const char *value)
{
    uint64_t number;
    if (!strcmp(value, "auto"))
        at->task->cpu = CPU_AUTO;
    else if (!strcmp(value, "any"))
        at->task->cpu = CPU_ANY;
    else if (parse_number(value, false, 1023, &number))
        at->task->cpu = (int)number;
    else
        bad_value(at, value, "auto, any or the number of a core");
}

static bool parse_transport(struct place *at, const char *value, enum transport *transport)
{
    bool good = manifest_parse_transport(value, transport);
    if (!good)
        bad_value(at, value, "auto, shm or socket");
    return good;
}

static void set_transport(struct place *at, const char *value)
{
    (void)parse_transport(at, value, &at->task->transport);
}

// transport.PEER = shm|socket
static void set_peer_transport(struct place *at, const char *value)
{
    enum transport transport;
    const char *peer = at->key + strlen("transport.");
    if (!is_plain_name(peer) || !strcmp(value, "auto"))
        manifest_error(at->mf, at->line, "must be transport.TASK = shm|socket");
    else if (parse_transport(at, value, &transport))
        strings_add(transport == TRANSPORT_SHM ? &at->task->shm_peers : &at->task->socket_peers,
                    peer);
}

static void set_ring(struct place *at, const char *value)
{
    uint64_t number;
    if (!parse_number(value, true, REGION_MAX_RING, &number) || number < REGION_MIN_RING ||
        (number & (number - 1)))
        bad_value(at, value, "a power of two from 4K to 64M");
    else
        at->task->ring_size = (uint32_t)number;
}

// Adds a file to the task. Takes over `path`.
static void add_file(struct place *at, struct spec_file file, char *path)
{
    struct task_spec *task = at->task;
    task->file = xreallocarray(task->file, task->num_files + 1, sizeof(*task->file));
    file.name = xstrdup(file.name);
    file.path = path;
    file.line = at->line;
    task->file[task->num_files++] = file;
}

// The path for the launcher to open: relative to the suite file, but a path from the command line
// (--set) is relative to the working folder.
static char *full_path(const struct place *at, const char *path, size_t len)
{
    const char *dir = *path == '/' || at->from_setting ? "" : at->mf->dir;
    return xasprintf("%s%.*s", dir, (int)len, path);
}

// file.NAME = PATH [ro|rw]. The last word is the mode if it is one of the two.
static void set_file(struct place *at, const char *value)
{
    const char *name = at->key + strlen("file.");
    size_t len = strlen(value);
    bool has_mode = len > 3 && (value[len - 3] == ' ' || value[len - 3] == '\t') &&
                    (!strcmp(value + len - 2, "ro") || !strcmp(value + len - 2, "rw"));
    bool writable = has_mode && value[len - 1] == 'w';
    len -= has_mode ? 3 : 0;
    while (len && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    if (!is_plain_name(name) || !len) {
        manifest_error(at->mf, at->line, "must be file.NAME = PATH [ro|rw]");
        return;
    }
    add_file(at, (struct spec_file){.name = (char *)(uintptr_t)name, .writable = writable},
             full_path(at, value, len));
}

static void set_mount(struct place *at, const char *value)
{
    const char *name = at->key + strlen("mount.");
    if (!is_plain_name(name) || !*value) {
        manifest_error(at->mf, at->line, "must be mount.NAME = FOLDER");
        return;
    }
    add_file(at, (struct spec_file){.name = (char *)(uintptr_t)name, .is_mount = true},
             full_path(at, value, strlen(value)));
}

// tap = NAME: an interface of the host, which the task gets as the file "tap".
static void set_tap(struct place *at, const char *value)
{
    static char name[] = "tap";
    if (!*value || strlen(value) >= IFNAMSIZ || strpbrk(value, "/% \t"))
        bad_value(at, value, "the name of an interface");
    else
        add_file(at, (struct spec_file){.name = name, .is_tap = true}, xstrdup(value));
}

static const struct key {
    const char *name;
    bool is_list; // may be continued on the next line
    void (*set)(struct place *at, const char *value);
} task_keys[] = {
    {"program", false, set_program},
    {"args", true, set_args},
    {"calls", true, set_calls},
    {"serves", true, set_serves},
    {"profile", false, set_profile},
    {"restart", false, set_restart},
    {"restart_limit", false, set_restart_limit},
    {"rights", true, set_rights},
    {"console", false, set_console},
    {"main", false, set_main},
    {"autostart", false, set_autostart},
    {"memory", false, set_memory},
    {"shared_memory", false, set_shared_memory},
    {"files", false, set_files},
    {"cpu", false, set_cpu},
    {"ool_buffer", false, set_ool_buffer},
    {"vital", false, set_vital},
    {"tap", false, set_tap},
    {"transport", false, set_transport},
    {"ring", false, set_ring},
};

// Keys that end in a name.
static const struct key named_keys[] = {
    {"file.", false, set_file},
    {"mount.", false, set_mount},
    {"transport.", false, set_peer_transport},
};

void manifest_task_key(struct place *at, const char *value, bool is_more)
{
    const char *key = at->key;
    bool is_list = false;
    void (*set)(struct place *, const char *) = NULL;
    for (size_t i = 0; i < sizeof(named_keys) / sizeof(named_keys[0]); i++) {
        if (!strncmp(key, named_keys[i].name, strlen(named_keys[i].name)))
            set = named_keys[i].set;
    }
    for (size_t i = 0; i < sizeof(task_keys) / sizeof(task_keys[0]); i++) {
        if (!strcmp(task_keys[i].name, key)) {
            set = task_keys[i].set;
            is_list = task_keys[i].is_list;
        }
    }
    if (!set)
        manifest_error(at->mf, at->line, "a task has no key '%s'", key);
    else if (is_more && !is_list)
        manifest_error(at->mf, at->line,
                       "a line that begins with a blank continues the value of %s, which "
                       "is not a list",
                       key);
    else
        set(at, value);
}

void manifest_suite_key(struct place *at, const char *value)
{
    struct manifest *mf = at->mf;
    const char *key = at->key;
    uint64_t number;
    if (!strcmp(key, "name")) {
        if (!is_plain_name(value)) {
            bad_value(at, value, "1 to 63 of A-Z a-z 0-9 _ . -");
            return;
        }
        free(mf->name);
        mf->name = xstrdup(value);
    } else if (!strcmp(key, "vm")) {
        free(mf->vm_program);
        mf->vm_program = *value != '/' && strchr(value, '/') ? xasprintf("%s%s", mf->dir, value)
                                                             : xstrdup(value);
    } else if (!strcmp(key, "transport")) {
        (void)parse_transport(at, value, &mf->transport);
    } else if (!strcmp(key, "restart_limit")) {
        take_restart_limit(at, value, &mf->restart_limit);
    } else if (!strcmp(key, "lookup_timeout_ms")) {
        if (parse_number(value, false, UINT32_MAX, &number))
            mf->lookup_timeout_ms = (uint32_t)number;
        else
            bad_value(at, value, "a number of milliseconds");
    } else {
        manifest_error(mf, at->line, "a suite has no key '%s'", key);
    }
}
