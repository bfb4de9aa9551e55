// Places the fields of messages. Owns the order of fields, which makes payloads readable without a
// table.
#include "layout.h"
#include "base_types.h"
#include "diag.h"

static size_t align_up(size_t value, size_t align)
{
    return (value + align - 1) / align * align;
}

static bool shape_of(struct field *field, struct type_shape *shape)
{
    if (!type_shape(&field->type, shape))
        return false;
    field->is_str = shape->base && shape->base->kind == BASE_STR;
    field->is_payload = field->is_str || (shape->base && shape->base->kind == BASE_BYTES);
    // The count is limited, so this does not overflow.
    field->size = shape->element_size * shape->count;
    return true;
}

static void report_payload(struct program *program, const struct field *field)
{
    diag_error(program, field->name.span, "`%s` is the fifth payload of this message",
               field->name.text);
    diag_help(program,
              "a message carries at most %d; put two into one `bytes` field, or split "
              "the message",
              MAX_PAYLOADS);
}

static void place(struct body *body, struct field ***last, struct field *field, size_t align)
{
    size_t start = align_up(body->size, align);
    field->offset = MESSAGE_BODY_OFFSET + start;
    body->size = start + field->size;
    **last = field;
    *last = &field->next_laid_out;
}

static void layout_body(struct program *program, struct body *body, const char *name)
{
    struct type_shape shape;
    struct field **last = &body->laid_out;
    for (struct field *field = body->fields; field; field = field->next) {
        if (!shape_of(field, &shape))
            return; // an unknown type, which was reported; later fields cannot be placed
        if (!field->is_payload)
            continue;
        if (body->num_payloads == MAX_PAYLOADS) {
            report_payload(program, field);
            return;
        }
        body->num_payloads++;
        place(body, &last, field, shape.align);
    }

    const struct field *first_outside = NULL;
    for (struct field *field = body->fields; field; field = field->next) {
        if (field->is_payload || !shape_of(field, &shape))
            continue;
        place(body, &last, field, shape.align);
        if (!first_outside && body->size > MESSAGE_BODY_LEN)
            first_outside = field;
    }
    if (first_outside) {
        diag_error(program, first_outside->name.span,
                   "`%s` has %zu bytes, %zu more than a message holds", name, body->size,
                   body->size - MESSAGE_BODY_LEN);
        diag_help(program, "%d bytes fit; shrink a field, or send it as `bytes`", MESSAGE_BODY_LEN);
    }
}

static void put_field_names(struct program *program, struct message *message,
                            const struct body *body)
{
    struct table *names = &message->ns->field_names;
    for (struct field *field = body->fields; field; field = field->next) {
        table_put(names, field->name.text, field);
        if (field->is_payload)
            table_put(names, arena_printf(&program->arena, "%s_len", field->name.text), field);
    }
}

void layout_messages(struct program *program)
{
    for (struct message *m = program->messages; m; m = m->next_all) {
        layout_body(program, &m->request, m->request.full_name);
        if (m->has_reply)
            layout_body(program, &m->reply, m->reply.full_name);
        put_field_names(program, m, &m->request);
        put_field_names(program, m, &m->reply);
    }
}
