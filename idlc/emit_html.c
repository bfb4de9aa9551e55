// Emits reference.html: all interfaces on one page, which needs no other file.
#include <inttypes.h>
#include <string.h>
#include "emit.h"
#include "html_doc.h"
#include "html_style.h"
#include "source.h"

static void put_type(struct text *out, const struct type_ref *type)
{
    text_puts(out, type->name.text);
    if (type->is_array)
        text_printf(out, "[%" PRIu64 "]", type->count);
}

static void put_fields(struct text *out, const struct body *body)
{
    text_putc(out, '(');
    for (const struct field *field = body->fields; field; field = field->next) {
        text_printf(out, "%s%s: ", field == body->fields ? "" : ", ", field->name.text);
        put_type(out, &field->type);
    }
    text_putc(out, ')');
}

static void put_declaration(struct text *out, const struct message *message)
{
    text_printf(out, "<pre><code>%s%s%s %s", message->is_async ? "async " : "",
                message->is_idempotent ? "idempotent " : "", message->has_reply ? "rpc" : "oneway",
                message->name.text);
    put_fields(out, &message->request);
    if (message->has_reply) {
        text_puts(out, " -&gt; ");
        put_fields(out, &message->reply);
    }
    text_puts(out, ";</code>");
    if (message->ns->parent) {
        struct text task = {0};
        struct params params =
            emit_params(&message->request, message->has_reply ? &message->reply : NULL);
        text_printf(out, "\n\n<code>error_t %s(task_t %s", message->request.c_name,
                    emit_own_name(message->ns, message->ns->c_name, &task));
        emit_param_list(out, &params);
        text_puts(out, ");</code>");
        emit_params_free(&params);
        text_free(&task);
    }
    text_puts(out, "</pre>\n");
}

// A picture of a message's 256 bytes, to scale.
static void put_bar(struct text *out, const struct body *body)
{
    text_puts(out, "<div class=bar>");
    for (const struct field *field = body->laid_out; field; field = field->next_laid_out)
        text_printf(out, "<i%s style=\"left:%.2f%%;width:%.2f%%\" title=\"%s\"></i>",
                    field->is_payload ? " class=p" : "", (double)field->offset * 100 / 256,
                    (double)field->size * 100 / 256, field->name.text);
    text_puts(out, "</div>\n");
}

static void put_layout(struct text *out, const struct body *body)
{
    text_printf(out, "<h4><code>%s</code> number 0x%04x, type word 0x%08" PRIx32 "</h4>\n",
                body->macro, body->id, body->type);
    if (!body->laid_out)
        return;
    put_bar(out, body);
    text_puts(out, "<div class=wide><table><tr><th class=n>offset<th class=n>bytes<th>field"
                   "<th>type<th></tr>\n");
    for (const struct field *field = body->laid_out; field; field = field->next_laid_out) {
        text_printf(out, "<tr><td class=n>%zu<td class=n>%zu<td><code>%s</code><td><code>",
                    field->offset, field->size, field->name.text);
        put_type(out, &field->type);
        text_puts(out, "</code><td>");
        text_puts(out, field->is_payload ? "out-of-line" : "");
        html_doc(out, field->doc);
        text_puts(out, "</tr>\n");
    }
    text_puts(out, "</table></div>\n");
}

static void put_message(struct text *out, const struct message *message)
{
    const char *name = message->request.full_name;
    text_printf(out, "<article id=\"%s\">\n<h3><a href=\"#%s\">%s</a>", name, name, name);
    if (!message->has_reply)
        text_puts(out, "<span class=badge>one-way</span>");
    if (message->is_async)
        text_puts(out, "<span class=badge>async</span>");
    if (message->is_idempotent)
        text_puts(out, "<span class=badge>idempotent</span>");
    text_puts(out, "</h3>\n");
    html_doc(out, message->doc);
    put_declaration(out, message);
    text_puts(out, "<details><summary class=dim>Layout</summary>\n");
    put_layout(out, &message->request);
    if (message->has_reply)
        put_layout(out, &message->reply);
    text_puts(out, "</details>\n</article>\n");
}

static void put_enum(struct text *out, const struct enum_decl *enumeration)
{
    const char *name = enumeration->c_name;
    text_printf(out, "<article id=\"enum.%s\">\n<h3><a href=\"#enum.%s\">enum %s</a></h3>\n", name,
                name, name);
    html_doc(out, enumeration->doc);
    text_puts(out, "<div class=wide><table><tr><th class=n>value<th>name<th></tr>\n");
    for (const struct enum_item *item = enumeration->items; item; item = item->next) {
        text_printf(out, "<tr><td class=n>%" PRIu64 "<td><code>%s</code><td>", item->value,
                    item->c_name);
        html_doc(out, item->doc);
        text_puts(out, "</tr>\n");
    }
    text_puts(out, "</table></div>\n</article>\n");
}

static void put_declarations(struct text *out, const struct namespace *ns)
{
    for (const struct const_decl *c = ns->consts; c; c = c->next) {
        text_printf(out, "<article id=\"const.%s\">\n<h3>%s</h3>\n", c->c_name, c->c_name);
        html_doc(out, c->doc);
        text_printf(out, "<pre><code>const %s: %s = %" PRIu64 ";</code></pre>\n</article>\n",
                    c->name.text, c->type.name.text, c->value);
    }
    for (const struct enum_decl *e = ns->enums; e; e = e->next)
        put_enum(out, e);
    for (const struct type_decl *t = ns->types; t; t = t->next) {
        text_printf(out, "<article id=\"type.%s\">\n<h3>%s</h3>\n", t->c_name, t->c_name);
        html_doc(out, t->doc);
        text_printf(out, "<pre><code>type %s = ", t->name.text);
        put_type(out, &t->type);
        text_puts(out, ";</code></pre>\n</article>\n");
    }
}

static bool is_empty(const struct namespace *ns)
{
    return !ns->messages && !ns->consts && !ns->enums && !ns->types;
}

static void put_namespace(struct text *out, const struct namespace *ns)
{
    const char *id = ns->parent ? ns->name : "outside";
    text_printf(out, "<section id=\"ns.%s\">\n<h2><a href=\"#ns.%s\">%s</a></h2>\n", id, id,
                ns->parent ? ns->name : "Outside of namespaces");
    html_doc(out, ns->doc);
    if (ns->parent) {
        text_puts(out, "<p class=dim>From ");
        const char *file = source_basename(ns->ident.span.source);
        html_escape(out, file, strlen(file));
        text_printf(out,
                    ". Calls: <code>&lt;idl/%s.h&gt;</code>, server: "
                    "<code>&lt;idl/%s_server.h&gt;</code>. Digest %08" PRIx32 ".</p>\n",
                    ns->c_name, ns->c_name, ns->digest);
    }
    put_declarations(out, ns);
    for (const struct message *message = ns->messages; message; message = message->next)
        put_message(out, message);
    text_puts(out, "</section>\n");
}

static void put_contents(struct text *out, const struct program *program)
{
    text_puts(out, "<nav>\n<h1>Interfaces</h1>\n");
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (is_empty(ns))
            continue;
        text_printf(out, "<details open><summary><a href=\"#ns.%s\">%s</a></summary><ul>\n",
                    ns->parent ? ns->name : "outside", ns->parent ? ns->name : "(outside)");
        for (const struct message *m = ns->messages; m; m = m->next)
            text_printf(out, "<li><a href=\"#%s\">%s</a></li>\n", m->request.full_name,
                        m->name.text);
        for (const struct enum_decl *e = ns->enums; e; e = e->next)
            text_printf(out, "<li><a href=\"#enum.%s\">enum %s</a></li>\n", e->c_name,
                        e->name.text);
        text_puts(out, "</ul></details>\n");
    }
    text_puts(out, "</nav>\n");
}

void emit_html(const struct program *program, struct text *out)
{
    text_puts(out, "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                   "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
                   "<title>Interfaces</title>\n<style>\n");
    text_puts(out, html_style);
    text_puts(out, "</style>\n</head>\n<body>\n");
    put_contents(out, program);
    text_puts(out, "<main>\n<p class=dim>Generated by idlc. Each message has 256 bytes: type word "
                   "(4), sender (4) and 248 of fields. A payload has a descriptor of 16 bytes in "
                   "the message (pointer and length); its bytes travel out-of-line.</p>\n");
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (!is_empty(ns))
            put_namespace(out, ns);
    }
    text_puts(out, "</main>\n</body>\n</html>\n");
}
