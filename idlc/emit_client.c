// Emits idl/<ns>.h: for each message a function that sends it, or that calls and unpacks the reply.
#include "emit.h"

static void put_signature(struct text *out, const struct message *message,
                          const struct params *params, const char *suffix)
{
    // After an error, results are not written, so a caller that ignores the error reads garbage. A
    // call without results may be made for its effect alone.
    bool has_results = message->has_reply && message->reply.fields;
    struct text task = {0};
    text_printf(out, "static inline %serror_t %s%s(task_t %s", has_results ? "__mustuse " : "",
                message->request.c_name, suffix,
                emit_own_name(message->ns, message->ns->c_name, &task));
    emit_param_list(out, params);
    text_puts(out, ")\n{\n");
    text_free(&task);
}

static void put_request(struct text *out, const struct message *message,
                        const struct params *params)
{
    text_puts(out, "    struct message idl_m_;\n    idl_clear_(&idl_m_);\n");
    text_printf(out, "    idl_m_.type = %s;\n", message->request.macro);
    emit_put_fields(out, params, &message->request, "idl_m_", "return ERR_TOO_LARGE;");
}

static void put_result(struct text *out, const struct body *reply, const struct param *param)
{
    const char *member = reply->c_name;
    const char *field = param->field->name.text;
    if (emit_is_array(param->field))
        text_printf(out, "    idl_copy_(%s, idl_m_.%s.%s, sizeof(idl_m_.%s.%s));\n", param->name,
                    member, field, member, field);
    else
        text_printf(out, "    *%s = idl_m_.%s.%s;\n", param->name, member, field);
    if (param->field->is_payload && !param->field->is_str)
        text_printf(out, "    *%s_len = idl_m_.%s.%s_len;\n", param->name, member, field);
}

static void put_call(struct text *out, const struct message *message, const struct params *params)
{
    const struct body *reply = &message->reply;
    struct text task = {0};
    text_printf(out, "    error_t idl_err_ = idl_call_(%s, &idl_m_);\n",
                emit_own_name(message->ns, message->ns->c_name, &task));
    text_free(&task);
    text_puts(out, "    if (idl_err_ < 0)\n        return idl_err_;\n");
    // ipc_reply_err(client, OK) sends an empty message of type OK. It counts as a reply if the
    // method has no results.
    text_printf(out, "    if (idl_m_.type != %s%s)\n        return idl_unexpected_(&idl_m_);\n",
                reply->macro, reply->fields ? "" : " && idl_m_.type != OK");
    struct text check = {0};
    if (emit_bool_check(&check, reply, "&idl_m_"))
        text_printf(out, "    if (!(%s))\n        return idl_unexpected_(&idl_m_);\n", check.chars);
    text_free(&check);
    for (size_t i = 0; i < params->len; i++) {
        if (params->params[i].is_out)
            put_result(out, reply, &params->params[i]);
    }
    text_puts(out, "    return OK;\n}\n");
}

// The public function of an idempotent method: if the server was restarted, it calls once more.
static void put_retry(struct text *out, const struct message *message, const struct params *params)
{
    struct text buffer = {0};
    const char *task = emit_own_name(message->ns, message->ns->c_name, &buffer);
    const char *name = message->request.c_name;
    put_signature(out, message, params, "");
    text_printf(out, "    error_t idl_err_ = %s_once_(%s", name, task);
    emit_arg_list(out, params);
    text_printf(out,
                ");\n    if (!idl_is_gone_(idl_err_))\n        return idl_err_;\n"
                "    task_t idl_again_ = idl_lookup_again_(%s);\n"
                "    if (idl_again_ < 0)\n        return idl_err_;\n"
                "    return %s_once_(idl_again_",
                task, name);
    emit_arg_list(out, params);
    text_puts(out, ");\n}\n");
    text_free(&buffer);
}

static void put_doc(struct text *out, const struct message *message)
{
    text_putc(out, '\n');
    emit_doc(out, "", message->doc);
    if (message->is_idempotent)
        text_puts(out, "/// (Idempotent: when the server died, it is looked up again and the call "
                       "repeated once.)\n");
}

static void put_message(struct text *out, const struct message *message)
{
    struct params params =
        emit_params(&message->request, message->has_reply ? &message->reply : NULL);
    if (message->is_idempotent) {
        text_putc(out, '\n');
        put_signature(out, message, &params, "_once_");
    } else {
        put_doc(out, message);
        put_signature(out, message, &params, "");
    }

    put_request(out, message, &params);
    if (message->has_reply) {
        put_call(out, message, &params);
    } else {
        struct text task = {0};
        text_printf(out, "    return %s(%s, &idl_m_);\n}\n",
                    message->is_async ? "idl_async_send_" : "idl_send_",
                    emit_own_name(message->ns, message->ns->c_name, &task));
        text_free(&task);
    }

    if (message->is_idempotent) {
        put_doc(out, message);
        put_retry(out, message, &params);
    }
    emit_params_free(&params);
}

static const char notes[] =
    "//\n"
    "// Each function sends one message and returns OK or a negative error: ipc_call's, the\n"
    "// server's, ERR_NOT_ACCEPTABLE when the answer is no reply to this call, or ERR_TOO_LARGE\n"
    "// when a string does not fit its array. Results are written on success only; all pointers\n"
    "// must be given. Strings and bytes that are results are the caller's to free(). An array\n"
    "// of char that is a result ends at a NUL or at its end.\n";

void emit_client(const struct namespace *ns, struct text *out)
{
    struct text what = {0};
    text_printf(&what, "Calls of the interface %s.", ns->name);
    emit_banner(out, what.chars);
    text_free(&what);
    text_puts(out, notes);
    text_printf(out, "#ifndef OOLONG_IDL_CLIENT_%s_H\n#define OOLONG_IDL_CLIENT_%s_H\n\n",
                ns->c_name, ns->c_name);
    text_puts(out, "#include <oolong/idl_stub.h>\n\n"
                   "// Parameters have the interface's names, which a program may use as well.\n"
                   "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Wshadow\"\n");
    for (const struct message *message = ns->messages; message; message = message->next)
        put_message(out, message);
    text_puts(out, "\n#pragma GCC diagnostic pop\n\n#endif\n");
    emit_wrap(out);
}
