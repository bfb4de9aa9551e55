// Emits idl/<ns>_server.h: the table of a server's handlers, and functions that unpack a message,
// call its handler and reply.
#include "emit.h"

static void put_op(struct text *out, const struct message *message)
{
    struct text client = {0};
    struct params params =
        emit_params(&message->request, message->has_reply ? &message->reply : NULL);
    emit_doc(out, "    ", message->doc);
    text_printf(out, "    %s (*", message->has_reply ? "error_t" : "void");
    emit_put_op_name(out, message);
    text_printf(out, ")(task_t %s", emit_own_name(message->ns, "client", &client));
    emit_param_list(out, &params);
    text_puts(out, ");\n");
    emit_params_free(&params);
    text_free(&client);
}

static void put_into_op(struct text *out, const struct message *message)
{
    struct text client = {0};
    text_printf(out,
                "    /// Another form of `%s`, called instead if it is set. It writes the fields\n"
                "    /// of the reply, which are zero before. (The length of a str is not used.)\n"
                "    error_t (*",
                message->name.text);
    emit_put_into_name(out, message);
    text_printf(out, ")(task_t %s", emit_own_name(message->ns, "client", &client));
    emit_into_param_list(out, message);
    text_puts(out, ");\n");
    text_free(&client);
}

// The function that replies. The dispatcher calls it, or a server whose handler returned
// DONT_REPLY.
static void put_reply(struct text *out, const struct message *message)
{
    struct text buffer = {0};
    const char *client = emit_own_name(message->ns, "client", &buffer);
    struct params params = emit_params(&message->reply, NULL);
    struct text on_error = {0};
    text_printf(&on_error, "idl_reply_err_(%s, ERR_TOO_LARGE);\n        return;", client);

    text_printf(out, "\n/// Replies to %s. What the pointers name stays the caller's.\n",
                message->request.full_name);
    text_printf(out, "static inline void %s(task_t %s", message->reply.c_name, client);
    emit_param_list(out, &params);
    text_puts(out, ")\n{\n    struct message idl_m_;\n    idl_clear_(&idl_m_);\n");
    text_printf(out, "    idl_m_.type = %s;\n", message->reply.macro);
    emit_put_fields(out, &params, &message->reply, "idl_m_", on_error.chars);
    text_printf(out, "    idl_reply_(%s, &idl_m_);\n}\n", client);

    emit_params_free(&params);
    text_free(&on_error);
    text_free(&buffer);
}

// Variables of the generated function have a prefix, so that none hides another function: a result
// may have the name of another method's reply function.
#define OUT_NAME  "idl_out_%s"
#define TEXT_NAME "idl_text_%s"

static void put_result_variable(struct text *out, const struct param *param)
{
    const struct field *field = param->field;
    text_puts(out, "    ");
    if (field->is_payload) {
        text_printf(out, "%s *" OUT_NAME, field->is_str ? "char" : "void", param->name);
        if (!field->is_str)
            text_printf(out, ";\n    size_t " OUT_NAME "_len = 0", param->name);
    } else if (emit_is_text(field)) {
        // One byte more, so that the text ends in a NUL however much the handler writes.
        text_printf(out, "char " OUT_NAME "[%u]", param->name, (unsigned)emit_count(field) + 1);
    } else {
        emit_put_type(out, &field->type);
        text_printf(out, " " OUT_NAME, param->name);
        if (field->type.is_array)
            text_printf(out, "[%u]", (unsigned)field->type.count);
    }
    // If a handler forgets a result, the client must not get bytes of our stack.
    text_printf(out, ";\n    idl_zero_(&" OUT_NAME ", sizeof(" OUT_NAME "));\n", param->name,
                param->name);
}

// The arguments that come from the request.
static void put_request_args(struct text *out, const struct message *message)
{
    const char *member = message->request.c_name;
    for (const struct field *field = message->request.fields; field; field = field->next) {
        const char *name = field->name.text;
        if (emit_is_text(field)) {
            text_printf(out, ", " TEXT_NAME, name);
            continue;
        }
        text_printf(out, ", idl_m_.%s.%s", member, name);
        if (field->is_payload && !field->is_str)
            text_printf(out, ", idl_m_.%s.%s_len", member, name);
    }
}

static void put_result_args(struct text *out, const struct params *params)
{
    for (size_t i = 0; i < params->len; i++) {
        const struct param *param = &params->params[i];
        if (!param->is_out)
            continue;
        text_printf(out, ", %s" OUT_NAME, emit_is_array(param->field) ? "" : "&", param->name);
        if (param->field->is_payload && !param->field->is_str)
            text_printf(out, ", &" OUT_NAME "_len", param->name);
    }
}

// Adds a NUL to arrays of char for the handler: those of a peer need not have one.
static void put_texts(struct text *out, const struct message *message)
{
    const char *member = message->request.c_name;
    for (const struct field *field = message->request.fields; field; field = field->next) {
        if (!emit_is_text(field))
            continue;
        const char *name = field->name.text;
        text_printf(out, "    char " TEXT_NAME "[%zu];\n", name, field->size + 1);
        text_printf(out, "    idl_copy_(" TEXT_NAME ", idl_m_.%s.%s, %zu);\n", name, member, name,
                    field->size);
        text_printf(out, "    " TEXT_NAME "[%zu] = 0;\n", name, field->size);
    }
}

static void put_frees(struct text *out, const struct message *message)
{
    for (const struct field *field = message->request.fields; field; field = field->next) {
        if (field->is_payload)
            text_printf(out, "    idl_free_(idl_m_.%s.%s);\n", message->request.c_name,
                        field->name.text);
    }
}

// Calls a handler if there is one. It is in parentheses because C has macros like `major(`.
static void put_call(struct text *out, const struct message *message, const struct params *params)
{
    text_puts(out, "if (idl_ops_->");
    emit_put_op_name(out, message);
    text_puts(out, ")\n        idl_err_ = (idl_ops_->");
    emit_put_op_name(out, message);
    text_puts(out, ")(idl_m_.src");
    put_request_args(out, message);
    put_result_args(out, params);
    text_puts(out, ");\n");
}

// The same for the handler that writes to a structure: its members become the results.
static void put_into_call(struct text *out, const struct message *message,
                          const struct params *params)
{
    text_puts(out, "if (idl_ops_->");
    emit_put_into_name(out, message);
    text_puts(out, ") {\n        idl_err_ = (idl_ops_->");
    emit_put_into_name(out, message);
    text_puts(out, ")(idl_m_.src");
    put_request_args(out, message);
    text_puts(out, ", &idl_results_);\n");
    for (size_t i = 0; i < params->len; i++) {
        const struct param *param = &params->params[i];
        const char *field = param->field->name.text;
        if (!param->is_out)
            continue;
        if (emit_is_array(param->field))
            text_printf(
                out, "        idl_copy_(" OUT_NAME ", idl_results_.%s, sizeof(idl_results_.%s));\n",
                param->name, field, field);
        else
            text_printf(out, "        " OUT_NAME " = idl_results_.%s;\n", param->name, field);
        if (param->field->is_payload && !param->field->is_str)
            text_printf(out, "        " OUT_NAME "_len = idl_results_.%s_len;\n", param->name,
                        field);
    }
    text_puts(out, "    } else ");
}

static void put_oneway_call(struct text *out, const struct message *message, const char *check)
{
    text_puts(out, "    if (idl_ops_->");
    emit_put_op_name(out, message);
    text_printf(out, "%s%s)\n        (idl_ops_->", check ? " && " : "", check ? check : "");
    emit_put_op_name(out, message);
    text_puts(out, ")(idl_m_.src");
    put_request_args(out, message);
    text_puts(out, ");\n");
    put_frees(out, message);
}

static void put_variables(struct text *out, const struct message *message,
                          const struct params *params)
{
    text_puts(out, "    error_t idl_err_ = ERR_NOT_PERMITTED;\n");
    for (size_t i = 0; i < params->len; i++) {
        if (params->params[i].is_out)
            put_result_variable(out, &params->params[i]);
    }
    if (emit_has_into(message))
        text_printf(out,
                    "    struct %s_fields idl_results_;\n"
                    "    idl_zero_(&idl_results_, sizeof(idl_results_));\n",
                    message->reply.c_name);
}

// Replies with the results, and frees those that the handler allocated.
static void put_rpc_reply(struct text *out, const struct message *message,
                          const struct params *params)
{
    text_printf(out, "    %s(idl_m_.src", message->reply.c_name);
    for (size_t i = 0; i < params->len; i++) {
        const struct param *param = &params->params[i];
        if (!param->is_out)
            continue;
        if (param->field->is_str)
            text_printf(out, ", idl_or_empty_(" OUT_NAME ")", param->name);
        else
            text_printf(out, ", " OUT_NAME, param->name);
        if (param->field->is_payload && !param->field->is_str)
            text_printf(out, ", " OUT_NAME "_len", param->name);
    }
    text_puts(out, ");\n");
    for (size_t i = 0; i < params->len; i++) {
        if (params->params[i].is_out && params->params[i].field->is_payload)
            text_printf(out, "    idl_free_(" OUT_NAME ");\n", params->params[i].name);
    }
}

static void put_rpc_call(struct text *out, const struct message *message,
                         const struct params *params, const char *check)
{
    put_variables(out, message, params);
    if (check)
        text_printf(out, "    if (!(%s))\n        idl_err_ = ERR_INVALID_ARG;\n    else ", check);
    else
        text_puts(out, "    ");
    if (emit_has_into(message))
        put_into_call(out, message, params);
    put_call(out, message, params);
    put_frees(out, message);
    text_puts(out, "    if (idl_err_ == DONT_REPLY)\n        return;\n"
                   "    if (idl_err_ < 0) {\n"
                   "        idl_reply_err_(idl_m_.src, idl_err_);\n        return;\n    }\n");
    put_rpc_reply(out, message, params);
}

static void put_serve(struct text *out, const struct message *message)
{
    struct params params =
        emit_params(&message->request, message->has_reply ? &message->reply : NULL);
    struct text check = {0};
    bool has_check = emit_bool_check(&check, &message->request, "&idl_m_");
    text_printf(out,
                "\nstatic inline void %s_serve_(const struct %sops *idl_ops_, "
                "struct message idl_m_)\n{\n",
                message->request.c_name, message->ns->prefix);
    put_texts(out, message);
    if (message->has_reply)
        put_rpc_call(out, message, &params, has_check ? check.chars : NULL);
    else
        put_oneway_call(out, message, has_check ? check.chars : NULL);
    text_puts(out, "}\n");
    text_free(&check);
    emit_params_free(&params);
}

static void put_dispatch(struct text *out, const struct namespace *ns)
{
    text_printf(out,
                "\n/// Serves one received message. False: it is none of this interface (or "
                "not as the\n/// interface has it) and was not touched: see "
                "discard_unknown_message(). True: it was served,\n"
                "/// replied to, and its payloads are freed. Answers ASYNC_MSG too, for "
                "async_send().\n"
                "static inline bool %sdispatch(const struct %sops *ops, "
                "struct message *m)\n{\n    switch (m->type) {\n",
                ns->prefix, ns->prefix);
    for (const struct message *message = ns->messages; message; message = message->next)
        text_printf(out, "    case %s:\n        %s_serve_(ops, *m);\n        return true;\n",
                    message->request.macro, message->request.c_name);
    text_puts(out, "#ifdef ASYNC_MSG // what async_send() queued is asked for\n"
                   "    case ASYNC_MSG:\n        (void)async_reply(m->src);\n"
                   "        return true;\n#endif\n"
                   "    default:\n        return false;\n    }\n}\n");
}

static const char notes[] =
    "//\n"
    "// A handler gets what the request carries, which it may use until it returns; its payloads\n"
    "// are freed then. The handler of an rpc writes its results and returns OK: strings and "
    "bytes\n"
    "// that it allocated with malloc() are freed after the reply. When it returns an error, that\n"
    "// is the reply, and results are not looked at. When it returns DONT_REPLY, it replies later\n"
    "// with the *_reply() function or ipc_reply_err(). Without a handler the reply is\n"
    "// ERR_NOT_PERMITTED. An array of char is a string: a handler gets it with a NUL, and writes\n"
    "// a result of up to as many characters as the array has.\n";

void emit_server(const struct namespace *ns, struct text *out)
{
    struct text what = {0};
    text_printf(&what, "The server's side of the interface %s.", ns->name);
    emit_banner(out, what.chars);
    text_free(&what);
    text_puts(out, notes);
    text_printf(out, "#ifndef OOLONG_IDL_SERVER_%s_H\n#define OOLONG_IDL_SERVER_%s_H\n\n",
                ns->c_name, ns->c_name);
    text_puts(out, "#include <oolong/idl_stub.h>\n#include <resea/async.h>\n\n"
                   "// Parameters have the interface's names, which a program may use as well.\n"
                   "#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored \"-Wshadow\"\n\n");
    emit_doc(out, "", ns->doc);
    text_printf(out, "struct %sops {\n", ns->prefix);
    for (const struct message *message = ns->messages; message; message = message->next)
        put_op(out, message);
    // These come last, so that initializers without member names keep their meaning.
    for (const struct message *message = ns->messages; message; message = message->next) {
        if (emit_has_into(message))
            put_into_op(out, message);
    }
    text_puts(out, "};\n");
    for (const struct message *message = ns->messages; message; message = message->next) {
        if (message->has_reply)
            put_reply(out, message);
        put_serve(out, message);
    }
    put_dispatch(out, ns);
    text_puts(out, "\n#pragma GCC diagnostic pop\n\n#endif\n");
    emit_wrap(out);
}
