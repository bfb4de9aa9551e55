// Copies of interfaces: a program written for another system brings its own copy of the base
// interfaces. Owns what counts as a copy, and removes copies from the program.
//
// A copy is in another file than the original. It declares nothing new and nothing different. It
// may omit declarations, and fields at the end of a message, because earlier versions of an
// interface were shorter.
#include "copies.h"
#include <string.h>
#include "diag.h"

static bool same_type(const struct type_ref *a, const struct type_ref *b)
{
    return strcmp(a->name.text, b->name.text) == 0 && a->is_array == b->is_array &&
           a->count == b->count;
}

// Whether all of `copy` is at the beginning of `body`.
static bool repeats_fields(const struct body *body, const struct body *copy)
{
    const struct field *a = body->fields;
    for (const struct field *b = copy->fields; b; a = a->next, b = b->next) {
        if (!a || strcmp(a->name.text, b->name.text) != 0 || !same_type(&a->type, &b->type))
            return false;
    }
    return true;
}

// A copy may leave out the number of a message, and `idempotent`.
static bool repeats_message(const struct message *message, const struct message *copy)
{
    return message->is_async == copy->is_async && message->has_reply == copy->has_reply &&
           (!copy->is_idempotent || message->is_idempotent) &&
           (!copy->has_number || (message->has_number && message->number == copy->number)) &&
           repeats_fields(&message->request, &copy->request) &&
           repeats_fields(&message->reply, &copy->reply);
}

static bool repeats_type(const struct type_decl *type, const struct type_decl *copy)
{
    return same_type(&type->type, &copy->type);
}

static bool repeats_const(const struct const_decl *constant, const struct const_decl *copy)
{
    return constant->value == copy->value && same_type(&constant->type, &copy->type);
}

static bool repeats_enum(const struct enum_decl *enumeration, const struct enum_decl *copy)
{
    const struct enum_item *a = enumeration->items, *b = copy->items;
    for (; a && b; a = a->next, b = b->next) {
        if (strcmp(a->name.text, b->name.text) != 0 || a->value != b->value)
            return false;
    }
    return !a && !b;
}

static void report(struct program *program, const struct ident *copy, const struct ident *first,
                   const struct namespace *ns)
{
    if (first)
        diag_error(program, copy->span, "`%s` differs from the one in another file", copy->text);
    else
        diag_error(program, copy->span, "namespace `%s` is already in another file, without `%s`",
                   ns->ident.text, copy->text);
    diag_note(program, first ? first->span : ns->ident.span, "it is here");
    diag_help(program, "%s",
              first ? "make it the same, or choose another name"
                    : "add to that file, or choose another name");
}

// Defines a function that finds the declaration in `ns` with the name of `copy`, in another file.
// If `copy` is in `ns` itself, only declarations before it count.
#define DEFINE_FIND(function, kind, list)                                                          \
    static struct kind *function(const struct namespace *ns, const struct kind *copy)              \
    {                                                                                              \
        struct kind *first = ns->list;                                                             \
        while (first && first != copy &&                                                           \
               (first->name.span.source == copy->name.span.source ||                               \
                strcmp(first->name.text, copy->name.text) != 0))                                   \
            first = first->next;                                                                   \
        return first == copy ? NULL : first;                                                       \
    }
DEFINE_FIND(find_message, message, messages)
DEFINE_FIND(find_type, type_decl, types)
DEFINE_FIND(find_const, const_decl, consts)
DEFINE_FIND(find_enum, enum_decl, enums)

// Removes the declarations that repeat one of `ns` from a list of `own`. If `own` is a copy of
// `ns`, all its declarations are removed, and those that repeat nothing are reported.
#define REMOVE_COPIES(program, ns, own, kind, list, last, find, repeats, when_removed)             \
    do {                                                                                           \
        struct kind **at = &(own)->list, *copy;                                                    \
        while ((copy = *at)) {                                                                     \
            struct kind *first = find(ns, copy);                                                   \
            bool is_copy = first && repeats(first, copy);                                          \
            if ((ns) != (own) && !is_copy)                                                         \
                report(program, &copy->name, first ? &first->name : NULL, ns);                     \
            if ((ns) == (own) && !is_copy) {                                                       \
                at = &copy->next;                                                                  \
            } else {                                                                               \
                *at = copy->next;                                                                  \
                when_removed;                                                                      \
            }                                                                                      \
        }                                                                                          \
        (own)->last = at;                                                                          \
    } while (0)

static void remove_declarations(struct program *program, struct namespace *ns,
                                struct namespace *own)
{
    REMOVE_COPIES(program, ns, own, enum_decl, enums, last_enum, find_enum, repeats_enum, (void)0);
    REMOVE_COPIES(program, ns, own, type_decl, types, last_type, find_type, repeats_type, (void)0);
    REMOVE_COPIES(program, ns, own, const_decl, consts, last_const, find_const, repeats_const,
                  (void)0);
    REMOVE_COPIES(program, ns, own, message, messages, last_message, find_message, repeats_message,
                  copy->is_copy = true);
}

// Whether the declarations of a namespace are in several files, because it includes some.
static bool is_mixed(const struct namespace *ns)
{
    const struct source *source = NULL;
    bool is_mixed = false;
#define LOOK_AT(kind, list)                                                                        \
    for (const struct kind *d = ns->list; d; d = d->next) {                                        \
        is_mixed |= source && source != d->name.span.source;                                       \
        source = d->name.span.source;                                                              \
    }
    LOOK_AT(message, messages)
    LOOK_AT(type_decl, types)
    LOOK_AT(const_decl, consts)
    LOOK_AT(enum_decl, enums)
#undef LOOK_AT
    return is_mixed;
}

// Removes namespaces that are copies, and checks that they declare nothing new. In the others,
// removes what an included file repeats. The root is first in the list, and done already.
static void remove_namespaces(struct program *program)
{
    struct namespace **at = &program->namespaces->next, *ns;
    while ((ns = *at)) {
        if (ns->parent->copy_of && !ns->copy_of)
            report(program, &ns->ident, NULL, ns->parent->copy_of);
        if (ns->copy_of) {
            remove_declarations(program, ns->copy_of, ns);
            *at = ns->next;
        } else {
            if (is_mixed(ns))
                remove_declarations(program, ns, ns);
            at = &ns->next;
        }
    }
    program->last_namespace = at;
}

static void remove_messages(struct program *program)
{
    struct message **at = &program->messages, *message;
    while ((message = *at)) {
        if (message->is_copy)
            *at = message->next_all;
        else
            at = &message->next_all;
    }
    program->last_message = at;
}

void copies_remove(struct program *program)
{
    struct namespace *root = program->namespaces;
    remove_declarations(program, root, root);
    remove_namespaces(program);
    remove_messages(program);
}
