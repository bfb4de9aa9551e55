// Parses messages.
//
//   message = { "async" | "idempotent" } ( "rpc" | "oneway" ) NAME "(" fields ")"
//             [ "->" "(" fields ")" ] [ "=" NUMBER ] ";"
//   fields  = [ field { "," field } ]
//   field   = NAME ":" TYPE [ "[" NUMBER "]" ]
#include <string.h>
#include "diag.h"
#include "grammar.h"

static bool parse_fields(struct parser *parser, struct body *body)
{
    struct field **last = &body->fields;
    unsigned num_fields = 0;
    size_t start = parser->token->span.pos;
    if (!parser_expect(parser, '(', "before the fields"))
        return false;
    while (!parser_is(parser, ')')) {
        struct field *field = arena_alloc(&parser->program->arena, sizeof(*field));
        field->doc = parser_take_doc(parser);
        if (!parser_expect_name(parser, "a field or `)`", &field->name) ||
            !parser_expect(parser, ':', "and a type after the field's name") ||
            !parse_type_ref(parser, &field->type)) {
            diag_help(parser->program, "fields are written `name: type`, with commas between");
            return false;
        }
        if (++num_fields > MESSAGE_BODY_LEN) {
            diag_error(parser->program, field->name.span, "a message has at most %d fields",
                       MESSAGE_BODY_LEN);
            return false;
        }
        *last = field;
        last = &field->next;
        if (!parser_accept(parser, ',') && !parser_is(parser, ')')) {
            parser_unexpected(parser, "`,` or `)`");
            return false;
        }
    }
    size_t end = parser_take(parser)->span.pos + 1;
    body->span = (struct span){parser->source, start, end - start};
    return true;
}

struct prefixes {
    struct token *async;
    struct token *idempotent;
};

static bool parse_prefixes(struct parser *parser, struct prefixes *prefixes)
{
    while (parser_is_word(parser, "async") || parser_is_word(parser, "idempotent")) {
        bool is_async = parser_is_word(parser, "async");
        struct token **seen = is_async ? &prefixes->async : &prefixes->idempotent;
        if (*seen) {
            diag_error(parser->program, parser->token->span, "`%s` is repeated",
                       parser->token->text);
            diag_help(parser->program, "leave one out");
            return false;
        }
        *seen = parser_take(parser);
    }
    if (parser_is_word(parser, "rpc") || parser_is_word(parser, "oneway"))
        return true;
    parser_unexpected(parser, "`rpc` or `oneway`");
    return false;
}

// Checks whether the words and the arrow fit together. `-> ()` of a one-way message has no meaning
// and is accepted, because files written for Resea have it.
static void check_kind(struct parser *parser, struct message *message,
                       const struct prefixes *prefixes, bool is_rpc, bool has_arrow)
{
    struct program *program = parser->program;
    const char *name = message->name.text;
    bool is_oneway = !is_rpc || prefixes->async;
    if (is_oneway && message->reply.fields) {
        diag_error(program, message->reply.span, "`%s` is one-way and cannot have a reply", name);
        if (prefixes->async)
            diag_help(program, "leave out `async`, or the reply: an async message is one-way");
        else
            diag_help(program, "make it an rpc, or leave the reply out");
    }
    if (!is_oneway && !has_arrow) {
        diag_error(program, message->name.span, "rpc `%s` does not say what it replies", name);
        diag_help(program, "add `-> ()` when the reply has no fields, or make it a oneway message");
    }
    if (is_oneway && prefixes->idempotent) {
        diag_error(program, prefixes->idempotent->span, "`%s` is one-way and cannot be idempotent",
                   name);
        diag_help(program, "leave `idempotent` out: it says that a call may be repeated");
    }
    message->is_async = prefixes->async;
    message->is_idempotent = prefixes->idempotent && !is_oneway;
    message->has_reply = !is_oneway;
    if (is_oneway)
        message->reply.fields = NULL;
}

static bool parse_number(struct parser *parser, struct message *message)
{
    if (!parser_accept(parser, '='))
        return true;
    message->has_number = true;
    if (!parser_expect_number(parser, "the message's number", &message->number,
                              &message->number_span))
        return false;
    if (message->number == 0 || message->number > MAX_MESSAGE_NUMBER) {
        diag_error(parser->program, message->number_span, "a message's number is 1 to 0x%x",
                   MAX_MESSAGE_NUMBER);
        diag_help(parser->program, "leave it out, and idlc makes one from the name");
        message->number = 1;
        message->has_number = false;
    }
    return true;
}

bool parse_message(struct parser *parser, const char *doc)
{
    struct message *message = arena_alloc(&parser->program->arena, sizeof(*message));
    struct prefixes prefixes = {0};
    if (!parse_prefixes(parser, &prefixes))
        return false;
    bool is_rpc = parser_is_word(parser, "rpc");
    parser_take(parser);
    if (!parser_expect_name(parser, "the message's name", &message->name) ||
        !parse_fields(parser, &message->request))
        return false;
    bool has_arrow = parser->token->kind == TOKEN_ARROW;
    if (has_arrow) {
        parser_take(parser);
        if (!parse_fields(parser, &message->reply))
            return false;
    }
    check_kind(parser, message, &prefixes, is_rpc, has_arrow);
    if (!parse_number(parser, message) || !parser_expect_end(parser, "after the message"))
        return false;

    message->doc = doc;
    message->ns = parser->ns;
    *parser->ns->last_message = message;
    parser->ns->last_message = &message->next;
    *parser->program->last_message = message;
    parser->program->last_message = &message->next_all;
    return true;
}
