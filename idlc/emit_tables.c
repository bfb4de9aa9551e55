// Emits idl_tables.c: the names and numbers of all messages, and the digests of all interfaces,
// for libipc. The structs are declared in <oolong/idl_tables.h>. It is a file of C and of C++: a
// project may have one of the two languages alone.
#include <inttypes.h>
#include <stdlib.h>

#include "emit.h"
#include "layout.h"

struct row {
    const struct body *body;
    unsigned ns; // index in the table of namespaces
};

static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    return (a->body->id > b->body->id) - (a->body->id < b->body->id);
}

static void put_namespace(struct text *out, const char *name, const char *key, uint32_t digest)
{
    uint32_t name_hash = fnv1a(FNV_START, key);
    text_printf(out, "    {\"%s\", 0x%08" PRIx32 ", 0x%08" PRIx32 "}, // %s\n", name,
                name_hash ? name_hash : 1, digest, key);
}

// A message outside of a namespace is an interface by itself: a program that adds one of its own
// must not differ from the others in the ones that all have. So each has a row, whose hash is its
// own name's.
static unsigned put_namespaces(const struct program *program, struct text *out, struct row *rows,
                               size_t *num_rows)
{
    unsigned index = 0;
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (ns->parent && !ns->messages)
            continue; // constants and types alone: nothing travels
        for (const struct message *m = ns->messages; m; m = m->next) {
            rows[(*num_rows)++] = (struct row){&m->request, index};
            if (m->has_reply)
                rows[(*num_rows)++] = (struct row){&m->reply, index};
            if (!ns->parent) {
                put_namespace(out, "", m->request.full_name, digest_message(m));
                index++;
            }
        }
        if (ns->parent) {
            put_namespace(out, ns->name, ns->name, ns->digest);
            index++;
        }
    }
    return index;
}

// The bytes of a body that no field covers: padding, and what is behind the last field. libipc
// zeroes them, so that nothing of a sender's memory goes with a message.
static void put_gaps(struct text *out, const struct body *body)
{
    size_t at = 0;
    text_printf(out, "static const uint8_t gaps_%04x[] = {", body->id);
    for (const struct field *f = body->laid_out; f; f = f->next_laid_out) {
        size_t start = f->offset - MESSAGE_BODY_OFFSET;
        if (start > at)
            text_printf(out, "%zu, %zu, ", at, start - at);
        at = start + f->size;
    }
    if (at < MESSAGE_BODY_LEN)
        text_printf(out, "%zu, %zu, ", at, (size_t)MESSAGE_BODY_LEN - at);
    text_puts(out, "0, 0};\n");
}

static void put_messages(struct text *out, const struct row *rows, size_t num_rows)
{
    for (size_t i = 0; i < num_rows; i++)
        put_gaps(out, rows[i].body);
    text_puts(out, "\nconst struct idl_message oolong_idl_messages[] = {\n");
    for (size_t i = 0; i < num_rows; i++) {
        const struct body *body = rows[i].body;
        text_printf(out, "    {0x%04x, %u, 0x%08x, \"%s\", gaps_%04x},\n", body->id, rows[i].ns,
                    body->type, body->full_name, body->id);
    }
    if (num_rows == 0)
        text_puts(out, "    {0, 0, 0, \"\", no_gaps},\n");
    text_printf(out, "};\nconst unsigned oolong_idl_num_messages = %zu;\n", num_rows);
}

void emit_tables(const struct program *program, struct text *out)
{
    size_t max_rows = 0, num_rows = 0;
    for (const struct message *m = program->messages; m; m = m->next_all)
        max_rows += 2;
    struct row *rows = memory_alloc(max_rows * sizeof(*rows));

    emit_banner(out, "The names of all messages, by number, and the digests of all interfaces.");
    text_puts(out, "#include <oolong/idl_tables.h>\n\n");
    text_puts(out, "const struct idl_namespace oolong_idl_namespaces[] = {\n");
    unsigned num_namespaces = put_namespaces(program, out, rows, &num_rows);
    if (num_namespaces == 0)
        text_puts(out, "    {\"\", 0, 0},\n");
    text_printf(out, "};\nconst unsigned oolong_idl_num_namespaces = %u;\n\n", num_namespaces);

    if (num_rows > 0)
        qsort(rows, num_rows, sizeof(*rows), compare);
    if (num_rows == 0)
        text_puts(out, "static const uint8_t no_gaps[] = {0, 0};\n");
    put_messages(out, rows, num_rows);
    free(rows);
}
