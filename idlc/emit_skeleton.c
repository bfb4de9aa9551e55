// Emits the main.c that a server of an interface starts from.
#include "emit.h"

static void put_handler(struct text *out, const struct message *message)
{
    struct text buffer = {0}, results = {0};
    const char *client = emit_own_name(message->ns, "client", &buffer);
    bool is_into = emit_has_into(message);
    struct params params =
        emit_params(&message->request, message->has_reply && !is_into ? &message->reply : NULL);
    emit_doc(out, "", message->doc);
    text_printf(out, "static %s do_%s(task_t %s", message->has_reply ? "error_t" : "void",
                message->name.text, client);
    if (is_into)
        emit_into_param_list(out, message);
    else
        emit_param_list(out, &params);
    text_printf(out, ")\n{\n    (void)%s;\n", client);
    if (is_into)
        text_printf(out, "    (void)%s;\n", emit_own_name(message->ns, "results", &results));
    for (size_t i = 0; i < params.len; i++) {
        const struct param *param = &params.params[i];
        text_printf(out, "    (void)%s;\n", param->name);
        if (param->field->is_payload && !param->field->is_str)
            text_printf(out, "    (void)%s_len;\n", param->name);
    }
    if (message->has_reply)
        text_puts(out, "    return ERR_UNAVAILABLE; // not written yet\n");
    text_puts(out, "}\n\n");
    emit_params_free(&params);
    text_free(&buffer);
    text_free(&results);
}

static void put_table(struct text *out, const struct namespace *ns)
{
    text_printf(out, "static const struct %sops ops = {\n", ns->prefix);
    for (const struct message *m = ns->messages; m; m = m->next) {
        text_puts(out, "    .");
        (emit_has_into(m) ? emit_put_into_name : emit_put_op_name)(out, m);
        text_printf(out, " = do_%s,\n", m->name.text);
    }
    text_puts(out, "};\n\n");
}

void emit_skeleton(const struct namespace *ns, struct text *out)
{
    text_printf(out, "// A server of the interface %s.\n", ns->name);
    text_printf(out,
                "#include <resea/ipc.h>\n#include <resea/printf.h>\n"
                "#include <idl/%s_server.h>\n\n",
                ns->c_name);
    for (const struct message *message = ns->messages; message; message = message->next)
        put_handler(out, message);
    put_table(out, ns);
    text_printf(
        out,
        "void main(void)\n{\n"
        "    ASSERT_OK(ipc_serve(\"%s\"));\n"
        "    INFO(\"ready\");\n\n"
        "    while (true) {\n"
        "        struct message m;\n"
        "        error_t err = ipc_recv(IPC_ANY, &m);\n"
        "        if (IS_ERROR(err)) {\n"
        "            WARN(\"cannot receive: %%s\", err2str(err));\n"
        "            continue;\n"
        "        }\n"
        "        // Also answers ASYNC_MSG with what async_send() has queued for its sender.\n"
        "        if (!%sdispatch(&ops, &m))\n"
        "            discard_unknown_message(&m);\n"
        "    }\n}\n",
        ns->name, ns->prefix);
    emit_wrap(out);
}
