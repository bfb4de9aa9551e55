// What the emitters of C share: types, docs, parameters.
#include "emit.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base_types.h"
#include "reserved.h"

// A comment must not continue on the next line, so neither `\` nor its trigraph may end it.
static void put_doc_line(struct text *out, const char *indent, const char *line, size_t len)
{
    text_printf(out, "%s///%s%.*s", indent, len > 0 ? " " : "", (int)len, line);
    if (len > 0 && (line[len - 1] == '\\' || (len >= 3 && memcmp(line + len - 3,
                                                                 "?"
                                                                 "?/",
                                                                 3) == 0)))
        text_puts(out, " .");
    text_putc(out, '\n');
}

void emit_doc(struct text *out, const char *indent, const char *doc)
{
    while (doc) {
        const char *end = strchr(doc, '\n');
        size_t len = end ? (size_t)(end - doc) : strlen(doc);
        put_doc_line(out, indent, doc, len);
        doc = end ? end + 1 : NULL;
    }
}

void emit_banner(struct text *out, const char *what)
{
    text_printf(out, "// %s\n//\n// " EMIT_GENERATED "\n", what);
}

void emit_put_type(struct text *out, const struct type_ref *type)
{
    if (type->enumeration)
        text_printf(out, "enum %s", type->enumeration->c_name);
    else
        text_puts(out, type->base ? type->base->c_name : type->alias->c_name);
}

static struct type_shape shape_of(const struct field *field)
{
    struct type_shape shape;
    type_shape(&field->type, &shape);
    return shape;
}

bool emit_is_array(const struct field *field)
{
    return shape_of(field).is_array;
}

bool emit_is_text(const struct field *field)
{
    struct type_shape shape = shape_of(field);
    return shape.num_dimensions == 1 && shape.base && shape.base->kind == BASE_CHAR;
}

bool emit_is_bool(const struct field *field)
{
    struct type_shape shape = shape_of(field);
    return shape.base && shape.base->kind == BASE_BOOL;
}

uint64_t emit_count(const struct field *field)
{
    return shape_of(field).count;
}

static bool has_name(const struct body *body, const char *name, size_t len)
{
    for (const struct field *f = body ? body->fields : NULL; f; f = f->next) {
        size_t field_len = strlen(f->name.text);
        if (field_len == len && memcmp(f->name.text, name, len) == 0)
            return true;
        if (f->is_payload && len == field_len + 4 && memcmp(f->name.text, name, field_len) == 0 &&
            memcmp(name + field_len, "_len", 4) == 0)
            return true;
    }
    return false;
}

static bool is_taken(const struct body *in, const struct body *out, const struct field *field,
                     const struct text *name)
{
    struct text len_name = {0};
    text_printf(&len_name, "%s_len", name->chars);
    bool is_own = strcmp(name->chars, field->name.text) == 0;
    bool taken = has_name(in, name->chars, name->len) ||
                 (!is_own && has_name(out, name->chars, name->len)) ||
                 (field->is_payload && has_name(in, len_name.chars, len_name.len));
    text_free(&len_name);
    return taken;
}

static const char *param_name(const struct body *in, const struct body *out,
                              const struct field *field, bool is_out)
{
    struct text name = {0};
    text_puts(&name, field->name.text);
    if (is_out && is_taken(in, out, field, &name))
        text_puts(&name, "_out");
    while (is_out && is_taken(in, out, field, &name))
        text_putc(&name, '_');
    return name.chars;
}

static void add_params(struct params *params, const struct body *in, const struct body *out,
                       bool is_out)
{
    const struct body *body = is_out ? out : in;
    for (const struct field *field = body ? body->fields : NULL; field; field = field->next) {
        size_t size = (params->len + 1) * sizeof(*params->params);
        params->params = memory_grow(params->params, size);
        params->params[params->len++] =
            (struct param){field, param_name(in, out, field, is_out), is_out};
    }
}

struct params emit_params(const struct body *in, const struct body *out)
{
    struct params params = {0};
    add_params(&params, in, out, false);
    add_params(&params, in, out, true);
    return params;
}

void emit_params_free(struct params *params)
{
    for (size_t i = 0; i < params->len; i++)
        free((void *)(uintptr_t)params->params[i].name);
    free(params->params);
    *params = (struct params){0};
}

static void put_payload_param(struct text *out, const struct param *param)
{
    const char *type = param->field->is_str ? "char" : "void";
    if (param->is_out)
        text_printf(out, "%s **%s", type, param->name);
    else
        text_printf(out, "const %s *%s", type, param->name);
    if (!param->field->is_str)
        text_printf(out, ", size_t %s%s_len", param->is_out ? "*" : "", param->name);
}

static void put_param(struct text *out, const struct param *param)
{
    struct type_shape shape = shape_of(param->field);
    const struct type_ref *type = &param->field->type;
    if (param->field->is_payload) {
        put_payload_param(out, param);
        return;
    }
    if (!param->is_out && emit_is_text(param->field)) {
        text_printf(out, "const char *%s", param->name);
        return;
    }
    // C does not convert a pointer to arrays to a pointer to constant arrays.
    if (!param->is_out && shape.num_dimensions == 1)
        text_puts(out, "const ");
    emit_put_type(out, type);
    text_printf(out, " %s%s", param->is_out && !shape.is_array ? "*" : "", param->name);
    if (type->is_array)
        text_printf(out, "[%" PRIu64 "]", type->count);
}

void emit_param_list(struct text *out, const struct params *params)
{
    for (size_t i = 0; i < params->len; i++) {
        text_puts(out, ", ");
        put_param(out, &params->params[i]);
    }
}

void emit_arg_list(struct text *out, const struct params *params)
{
    for (size_t i = 0; i < params->len; i++) {
        const struct param *param = &params->params[i];
        text_printf(out, ", %s", param->name);
        if (param->field->is_payload && !param->field->is_str)
            text_printf(out, ", %s_len", param->name);
    }
}

static void put_payload(struct text *out, const struct param *param, const char *member)
{
    const char *name = param->name;
    text_printf(out, "    %s = idl_%s_(%s);\n", member, param->field->is_str ? "str" : "bytes",
                name);
    if (param->field->is_str)
        text_printf(out, "    %s_len = idl_str_size_(%s);\n", member, name);
    else
        text_printf(out, "    %s_len = %s_len;\n", member, name);
}

void emit_put_fields(struct text *out, const struct params *params, const struct body *body,
                     const char *variable, const char *on_error)
{
    struct text member = {0};
    for (size_t i = 0; i < params->len; i++) {
        const struct param *param = &params->params[i];
        if (param->is_out)
            continue;
        member.len = 0;
        text_printf(&member, "%s.%s.%s", variable, body->c_name, param->field->name.text);
        if (param->field->is_payload)
            put_payload(out, param, member.chars);
        else if (emit_is_text(param->field))
            text_printf(out, "    if (!idl_put_text_(%s, sizeof(%s), %s)) {\n        %s\n    }\n",
                        member.chars, member.chars, param->name, on_error);
        else if (emit_is_array(param->field))
            text_printf(out, "    idl_copy_(%s, %s, sizeof(%s));\n", member.chars, param->name,
                        member.chars);
        else
            text_printf(out, "    %s = %s;\n", member.chars, param->name);
    }
    text_free(&member);
}

bool emit_bool_check(struct text *out, const struct body *body, const char *pointer)
{
    bool is_first = true;
    for (const struct field *field = body->fields; field; field = field->next) {
        if (!emit_is_bool(field))
            continue;
        text_printf(out, "%sidl_are_bools_(%s, %zu, %zu)", is_first ? "" : " &&\n        ", pointer,
                    field->offset - MESSAGE_BODY_OFFSET, field->size);
        is_first = false;
    }
    return !is_first;
}

const char *emit_own_name(const struct namespace *ns, const char *wanted, struct text *buffer)
{
    buffer->len = 0;
    text_puts(buffer, wanted);
    if (table_get(&ns->field_names, wanted) || reserved_word(wanted))
        text_putc(buffer, '_');
    return buffer->chars;
}

// --- The handlers of a server -------------------------------------------------------------------

#define MAX_RESULTS 6 // of a method whose handler has one form

bool emit_has_into(const struct message *message)
{
    unsigned num = 0;
    for (const struct field *f = message->has_reply ? message->reply.fields : NULL; f; f = f->next)
        num++;
    return num > MAX_RESULTS;
}

void emit_into_param_list(struct text *out, const struct message *message)
{
    struct text results = {0};
    struct params params = emit_params(&message->request, NULL);
    emit_param_list(out, &params);
    text_printf(out, ", struct %s_fields *%s", message->reply.c_name,
                emit_own_name(message->ns, "results", &results));
    emit_params_free(&params);
    text_free(&results);
}

// `delete` is a possible name of a handler in C, but the header is for C++ too.
void emit_put_op_name(struct text *out, const struct message *message)
{
    const char *name = message->name.text;
    text_printf(out, "%s%s", name, reserved_word(name) ? "_" : "");
}

static bool is_method(const struct namespace *ns, const char *name)
{
    for (const struct message *m = ns->messages; m; m = m->next) {
        if (strcmp(m->name.text, name) == 0)
            return true;
    }
    return false;
}

// If another method has that name, `_` is added.
void emit_put_into_name(struct text *out, const struct message *message)
{
    struct text name = {0};
    text_printf(&name, "%s_into", message->name.text);
    while (is_method(message->ns, name.chars))
        text_putc(&name, '_');
    text_puts(out, name.chars);
    text_free(&name);
}
