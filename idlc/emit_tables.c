// Emits idl_tables.c: names, numbers and digests of all messages, for libipc. The structs are
// declared in <oolong/idl_tables.h>. The file is valid C and valid C++, because a project may have
// only one of the two languages.
#include <inttypes.h>
#include <stdlib.h>
#include "emit.h"
#include "layout.h"

struct row {
    const struct body *body;
    const char *ns;
    uint32_t digest;
};

static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    return (a->body->id > b->body->id) - (a->body->id < b->body->id);
}

static size_t make_rows(const struct program *program, struct row *rows)
{
    size_t num_rows = 0;
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        for (const struct message *m = ns->messages; m; m = m->next) {
            uint32_t digest = digest_message(m);
            rows[num_rows++] = (struct row){&m->request, ns->name, digest};
            if (m->has_reply)
                rows[num_rows++] = (struct row){&m->reply, ns->name, digest};
        }
    }
    return num_rows;
}

// The bytes of a body that no field covers: padding, and the rest after the last field. libipc
// zeroes them, so that no other memory of the sender leaks into a message.
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
        text_printf(out, "    {0x%04x, 0x%08x, 0x%08" PRIx32 ", \"%s\", \"%s\", gaps_%04x},\n",
                    body->id, body->type, rows[i].digest, rows[i].ns, body->full_name, body->id);
    }
    if (num_rows == 0)
        text_puts(out, "    {0, 0, 0, \"\", \"\", no_gaps},\n");
    text_printf(out, "};\nconst unsigned oolong_idl_num_messages = %zu;\n", num_rows);
}

void emit_tables(const struct program *program, struct text *out)
{
    size_t max_rows = 0;
    for (const struct message *m = program->messages; m; m = m->next_all)
        max_rows += 2;
    struct row *rows = memory_alloc(max_rows * sizeof(*rows));
    size_t num_rows = make_rows(program, rows);

    emit_banner(out, "What is known of all messages, by number.");
    text_puts(out, "#include <oolong/idl_tables.h>\n\n");
    if (num_rows > 0)
        qsort(rows, num_rows, sizeof(*rows), compare);
    if (num_rows == 0)
        text_puts(out, "static const uint8_t no_gaps[] = {0, 0};\n");
    put_messages(out, rows, num_rows);
    free(rows);
}
