// Words that generated C cannot use as names: keywords of C and C++, and names that headers
// declare. system_names.txt has those of the C library; those of libipc are read from its headers.
#include "reserved.h"
#include <string.h>
#include "table.h"

static const char *const c_keywords[] = {
    "asm",           "auto",     "break",      "case",      "char",
    "const",         "continue", "default",    "do",        "double",
    "else",          "enum",     "extern",     "float",     "for",
    "goto",          "if",       "inline",     "int",       "long",
    "register",      "restrict", "return",     "short",     "signed",
    "sizeof",        "static",   "struct",     "switch",    "typedef",
    "typeof",        "union",    "unsigned",   "void",      "volatile",
    "while",         "_Alignas", "_Alignof",   "_Atomic",   "_Bool",
    "_Complex",      "_Generic", "_Imaginary", "_Noreturn", "_Static_assert",
    "_Thread_local", NULL};

// Keywords of C and C++: the generated headers are for both.
static const char *const cxx_keywords[] = {
    "alignas",     "alignof",   "and",      "and_eq",           "bitand",       "bitor",
    "catch",       "char16_t",  "char32_t", "char8_t",          "class",        "co_await",
    "co_return",   "co_yield",  "compl",    "concept",          "const_cast",   "consteval",
    "constexpr",   "constinit", "decltype", "delete",           "dynamic_cast", "explicit",
    "export",      "friend",    "mutable",  "namespace",        "new",          "noexcept",
    "not",         "not_eq",    "nullptr",  "operator",         "or",           "or_eq",
    "private",     "protected", "public",   "reinterpret_cast", "requires",     "static_assert",
    "static_cast", "template",  "this",     "thread_local",     "throw",        "try",
    "typeid",      "typename",  "using",    "virtual",          "wchar_t",      "xor",
    "xor_eq",      NULL};

static const char *const global_prefixes[] = {"ERR_",    "MSG_",  "NOTIFY_", "IPC_",
                                              "CONFIG_", "WIRE_", "OOLONG_", NULL};

// Names that are in no header: those of the build and the compiler, and of oolong/idl.h itself.
static const char *const others[] = {"main", "assert", "offsetof", "i386", NULL};
static const char *const own_types[] = {"trap_frame_t", "hv_frame_t", NULL};

static const char *const kinds[][2] = {
    {"macros:", "a macro in C"},
    {"names:", "a name of the C library"},
    {"types:", "a type in C"},
    {"tags:", "a struct or an enumeration of the C library"},
    {"own macros:", "a macro of libipc's headers"},
    {"own functions:", "a function of libipc"},
    {"own names:", "a name of libipc's headers"},
    {"own types:", "a type in C"},
    {"own tags:", "a struct or an enumeration of libipc's headers"},
};

// Maps each reserved name to the reason. Made once.
static struct reserved {
    bool is_made;
    struct arena arena;
    struct table words; // macros and types
    struct table names; // other names at file scope
    struct table tags;
} reserved;

static void put_all(struct table *table, const char *names, const char *why)
{
    while (*names) {
        size_t len = strcspn(names, " ");
        table_put(table, arena_strndup(&reserved.arena, names, len), (void *)(uintptr_t)why);
        names += len + strspn(names + len, " ");
    }
}

static void make_tables(void)
{
    const char *why = NULL;
    struct table *table = NULL;
    for (const char *const *line = reserved_names; *line; line++) {
        if (!strchr(*line, ':')) {
            put_all(table, *line, why);
            continue;
        }
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            if (strcmp(*line, kinds[i][0]) == 0)
                why = kinds[i][1];
        }
        table = strstr(*line, "macros") || strstr(*line, "types") ? &reserved.words
                : strstr(*line, "tags")                           ? &reserved.tags
                                                                  : &reserved.names;
    }
    reserved.is_made = true;
}

static const char *find(const struct table *table, const char *name)
{
    if (!reserved.is_made)
        make_tables();
    return table_get(table, name);
}

static bool contains(const char *const *words, const char *name)
{
    for (; *words; words++) {
        if (strcmp(*words, name) == 0)
            return true;
    }
    return false;
}

const char *reserved_word(const char *name)
{
    if (contains(c_keywords, name))
        return "a keyword of C";
    if (contains(cxx_keywords, name))
        return "a keyword of C++";
    if (contains(others, name))
        return "a macro in C";
    if (contains(own_types, name))
        return "a type in C";
    if (name[0] == '_' && (name[1] == '_' || (name[1] >= 'A' && name[1] <= 'Z')))
        return "kept for the C library";
    return find(&reserved.words, name);
}

const char *reserved_global(const char *c_name)
{
    const char *why = reserved_word(c_name);
    if (!why)
        why = find(&reserved.names, c_name);
    if (why)
        return why;
    // CONFIG_ names with _MSG are free, because a namespace may be called `config` and libipc has
    // no such names.
    size_t len = strlen(c_name);
    bool is_number = len > 4 && strcmp(c_name + len - 4, "_MSG") == 0;
    for (const char *const *prefix = global_prefixes; *prefix && !is_number; prefix++) {
        if (strncmp(c_name, *prefix, strlen(*prefix)) == 0)
            return "kept for libipc's own headers";
    }
    return NULL;
}

const char *reserved_tag(const char *c_name)
{
    const char *why = reserved_word(c_name);
    if (!why && strcmp(c_name, "message") == 0)
        why = "the struct of all messages";
    return why ? why : find(&reserved.tags, c_name);
}
