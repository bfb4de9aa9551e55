// The stages in their order.
#include "compile.h"
#include "check.h"
#include "copies.h"
#include "diag.h"
#include "emit.h"
#include "layout.h"
#include "parser.h"

bool compile_check(struct program *program)
{
    copies_remove(program);
    check_names(program);
    check_types(program);
    check_c_names(program);
    layout_messages(program);
    number_messages(program);
    if (program->diags->num_errors > 0)
        return false;
    digest_namespaces(program);
    parser_check_docs(program);
    return true;
}

void compile_emit(const struct program *program, struct output *output)
{
    struct text path = {0};
    emit_header(program, output_add(output, "oolong/idl.h"));
    emit_support(output_add(output, "oolong/idl_stub.h"));
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (!ns->parent || !ns->messages)
            continue; // messages outside of a namespace are libipc's own: they have no stubs
        path.len = 0;
        text_printf(&path, "idl/%s.h", ns->c_name);
        emit_client(ns, output_add(output, path.chars));
        path.len = 0;
        text_printf(&path, "idl/%s_server.h", ns->c_name);
        emit_server(ns, output_add(output, path.chars));
    }
    text_free(&path);
    emit_tables(program, output_add(output, "idl_tables.c"));
    emit_html(program, output_add(output, "reference.html"));
    emit_json(program, output_add(output, "idl.json"));
}
