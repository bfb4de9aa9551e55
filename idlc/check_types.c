// Checks types: resolves each name, and looks at arrays, constants and enumerations.
#include <inttypes.h>
#include <string.h>
#include "base_types.h"
#include "check.h"
#include "diag.h"

#define MAX_TYPE_DEPTH 32
#define MAX_ENUM_VALUE 0x7fffffff // an enumeration is an int in C

// A type is looked up in the namespace, then in those around it, then among the language's own.
static bool find_type(const struct namespace *ns, struct type_ref *type)
{
    const char *name = type->name.text;
    for (; ns; ns = ns->parent) {
        type->enumeration = table_get(&ns->enum_names, name);
        if (!type->enumeration)
            type->alias = table_get(&ns->type_names, name);
        if (type->enumeration || type->alias)
            return true;
    }
    type->base = base_type_find(name);
    return type->base;
}

#define MAX_GUESSED_LEN 24
#define MAX_GUESSES     100

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;
    return ab < c ? ab : c;
}

// The number of typing errors between two words, for "did you mean": a letter left out, added or
// replaced, or two letters swapped (the restricted Damerau-Levenshtein distance).
static unsigned distance(const char *a, const char *b)
{
    unsigned d[MAX_GUESSED_LEN + 1][MAX_GUESSED_LEN + 1];
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > MAX_GUESSED_LEN || b_len > MAX_GUESSED_LEN)
        return MAX_GUESSED_LEN;
    for (size_t i = 0; i <= a_len; i++)
        d[i][0] = (unsigned)i;
    for (size_t j = 0; j <= b_len; j++)
        d[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        for (size_t j = 1; j <= b_len; j++) {
            unsigned replaced = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = smallest(replaced, d[i - 1][j] + 1, d[i][j - 1] + 1);
            bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap && d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    }
    return d[a_len][b_len];
}

struct guess {
    const char *wanted;
    const char *name;
    unsigned distance;
};

// Makes `name` the guess if it is nearer to the wanted name than the present guess, or just as near
// and, unlike the present guess, of the wanted length.
static void consider(struct guess *guess, const char *name)
{
    unsigned d = distance(guess->wanted, name);
    size_t len = strlen(guess->wanted);
    bool is_better =
        d == guess->distance && guess->name && strlen(guess->name) != len && strlen(name) == len;
    if (d < guess->distance || is_better) {
        guess->distance = d;
        guess->name = name;
    }
}

static void report_unknown(struct program *program, const struct namespace *ns,
                           const struct type_ref *type)
{
    const char *name = type->name.text;
    diag_error(program, type->name.span, "there is no type `%s`", name);
    if (strcmp(name, "exception_type") == 0) {
        diag_help(program, "it is an enumeration of base.idl: name that file too");
        return;
    }
    if (strcmp(name, "string") == 0) {
        diag_help(program, "did you mean `str`?");
        return;
    }
    struct guess guess = {.wanted = name, .distance = 3};
    if (program->diags->num_errors > MAX_GUESSES)
        return; // each guess looks at all types, and few readers read that far
    for (size_t i = 0; i < num_base_types; i++)
        consider(&guess, base_types[i].name);
    for (; ns; ns = ns->parent) {
        for (const struct enum_decl *e = ns->enums; e; e = e->next)
            consider(&guess, e->name.text);
        for (const struct type_decl *t = ns->types; t; t = t->next)
            consider(&guess, t->name.text);
    }
    if (guess.name)
        diag_help(program, "did you mean `%s`?", guess.name);
    else
        diag_help(program, "declare it with `type` or `enum` in this namespace or outside of any");
}

static void resolve(struct program *program, const struct namespace *ns, struct type_ref *type)
{
    if (!find_type(ns, type) && !program->lost_names)
        report_unknown(program, ns, type);
    if (type->is_array && (type->count == 0 || type->count > MESSAGE_BODY_LEN)) {
        diag_error(program, type->count_span, "an array has 1 to %d elements", MESSAGE_BODY_LEN);
        diag_help(program, "a message has %d bytes; larger data travels as `bytes`",
                  MESSAGE_BODY_LEN);
        type->count = 1;
    }
}

// Marks one alias of each cycle, so that later stages stop there. A walk ends where an earlier walk
// passed, because the rest has been checked.
static void check_cycle(struct program *program, struct type_decl *type, unsigned walk)
{
    struct type_decl *at = type;
    while (at && at->walk == 0) {
        at->walk = walk;
        at = at->type.alias;
    }
    if (!at || at->walk != walk)
        return;
    diag_error(program, at->name.span, "type `%s` is defined by itself", at->name.text);
    diag_help(program, "use a type that does not depend on it");
    at->in_cycle = true;
}

// Refuses long chains of aliases, because each use of an alias walks its chain. One error is
// enough.
static bool check_depth(struct program *program, struct type_decl *type)
{
    unsigned depth = 0;
    for (const struct type_decl *at = type; at && !at->in_cycle; at = at->type.alias)
        depth++;
    if (depth <= MAX_TYPE_DEPTH)
        return true;
    diag_error(program, type->name.span,
               "type `%s` stands for another, and that for another, "
               "more than %d times",
               type->name.text, MAX_TYPE_DEPTH);
    diag_help(program, "name the last type of the chain");
    type->in_cycle = true;
    return false;
}

static bool is_payload(const struct type_shape *shape)
{
    return shape->base && (shape->base->kind == BASE_STR || shape->base->kind == BASE_BYTES);
}

static void check_array(struct program *program, const struct type_ref *type)
{
    struct type_shape shape;
    if (!type_shape(type, &shape) || !is_payload(&shape) || !shape.is_array)
        return;
    diag_error(program, type->name.span, "a payload cannot be in an array");
    diag_help(program, "use up to %d fields, or one `bytes` field with a format of your own",
              MAX_PAYLOADS);
}

static void check_const(struct program *program, struct const_decl *constant)
{
    struct type_shape shape;
    resolve(program, constant->ns, &constant->type);
    if (!type_shape(&constant->type, &shape))
        return;
    bool is_number = shape.base && (shape.base->kind == BASE_NUMBER ||
                                    shape.base->kind == BASE_CHAR || shape.base->kind == BASE_BOOL);
    if (!is_number || shape.is_array) {
        diag_error(program, constant->type.name.span, "constant `%s` is not of a numeric type",
                   constant->name.text);
        diag_help(program, "constants are numbers: use int, uint32, size or the like");
        return;
    }
    if (constant->value > shape.base->max) {
        diag_error(program, constant->value_span,
                   "%" PRIu64 " does not fit `%s`, whose largest value is %" PRIu64,
                   constant->value, constant->type.name.text, shape.base->max);
        diag_help(program, "use a wider type");
    }
}

static void check_enum_values(struct program *program, const struct enum_decl *enumeration)
{
    for (const struct enum_item *item = enumeration->items; item; item = item->next) {
        if (item->value <= MAX_ENUM_VALUE)
            continue;
        diag_error(program, item->value_span,
                   "%" PRIu64 " does not fit an enumeration, "
                   "whose largest value is %d",
                   item->value, MAX_ENUM_VALUE);
        diag_help(program, "declare it as `const %s: uint64` outside of the enumeration",
                  item->name.text);
    }
}

static void check_body(struct program *program, const struct namespace *ns, struct body *body)
{
    for (struct field *field = body->fields; field; field = field->next) {
        resolve(program, ns, &field->type);
        check_array(program, &field->type);
    }
}

static void check_aliases(struct program *program)
{
    unsigned walk = 0;
    bool is_shallow = true;
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        for (struct type_decl *type = ns->types; type; type = type->next)
            resolve(program, ns, &type->type);
    }
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        for (struct type_decl *type = ns->types; type; type = type->next)
            check_cycle(program, type, ++walk);
    }
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        for (struct type_decl *type = ns->types; type && is_shallow; type = type->next)
            is_shallow = check_depth(program, type);
    }
    // If a chain is too deep, no chain is walked again.
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        for (struct type_decl *type = ns->types; type && is_shallow; type = type->next)
            check_array(program, &type->type);
    }
}

void check_types(struct program *program)
{
    check_aliases(program);
    for (struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        for (struct const_decl *constant = ns->consts; constant; constant = constant->next)
            check_const(program, constant);
        for (struct enum_decl *e = ns->enums; e; e = e->next)
            check_enum_values(program, e);
        for (struct message *message = ns->messages; message; message = message->next) {
            check_body(program, ns, &message->request);
            check_body(program, ns, &message->reply);
        }
    }
}
