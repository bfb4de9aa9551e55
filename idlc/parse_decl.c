// Parses types, constants and enumerations.
#include <string.h>
#include "diag.h"
#include "grammar.h"

// TYPE [ "[" NUMBER "]" ]
bool parse_type_ref(struct parser *parser, struct type_ref *type)
{
    if (!parser_expect_name(parser, "a type", &type->name))
        return false;
    if (!parser_accept(parser, '['))
        return true;
    type->is_array = true;
    if (!parser_expect_number(parser, "the number of elements", &type->count, &type->count_span)) {
        diag_help(parser->program, "arrays have a fixed size; use `bytes` for data of any length");
        return false;
    }
    return parser_expect(parser, ']', "after the number of elements");
}

// type = "type" NAME "=" TYPE [ "[" NUMBER "]" ] ";"
bool parse_type(struct parser *parser, const char *doc)
{
    struct type_decl *type = arena_alloc(&parser->program->arena, sizeof(*type));
    parser_take(parser);
    if (!parser_expect_name(parser, "the type's name", &type->name) ||
        !parser_expect(parser, '=', "after the type's name") ||
        !parse_type_ref(parser, &type->type) || !parser_expect_end(parser, "after the type"))
        return false;
    type->doc = doc;
    type->ns = parser->ns;
    *parser->ns->last_type = type;
    parser->ns->last_type = &type->next;
    return true;
}

// const = "const" NAME ":" TYPE "=" INTEGER ";"
bool parse_const(struct parser *parser, const char *doc)
{
    struct const_decl *constant = arena_alloc(&parser->program->arena, sizeof(*constant));
    parser_take(parser);
    if (!parser_expect_name(parser, "the constant's name", &constant->name) ||
        !parser_expect(parser, ':', "and a type after the constant's name") ||
        !parse_type_ref(parser, &constant->type) ||
        !parser_expect(parser, '=', "after the constant's type") ||
        !parser_expect_number(parser, "a number", &constant->value, &constant->value_span) ||
        !parser_expect_end(parser, "after the constant"))
        return false;
    constant->doc = doc;
    constant->ns = parser->ns;
    *parser->ns->last_const = constant;
    parser->ns->last_const = &constant->next;
    return true;
}

static bool parse_enum_items(struct parser *parser, struct enum_item **last)
{
    while (!parser_is(parser, '}')) {
        struct enum_item *item = arena_alloc(&parser->program->arena, sizeof(*item));
        item->doc = parser_take_doc(parser);
        if (!parser_expect_name(parser, "an item's name", &item->name) ||
            !parser_expect(parser, '=', "and a number after the item's name") ||
            !parser_expect_number(parser, "the item's number", &item->value, &item->value_span)) {
            diag_help(parser->program, "items are written `name = NUMBER`, with commas between");
            return false;
        }
        *last = item;
        last = &item->next;
        if (!parser_is(parser, '}') && !parser_expect(parser, ',', "between items"))
            return false;
    }
    return true;
}

// enum = "enum" NAME "{" NAME "=" INTEGER { "," NAME "=" INTEGER } [","] "}" ";"
bool parse_enum(struct parser *parser, const char *doc)
{
    struct enum_decl *enumeration = arena_alloc(&parser->program->arena, sizeof(*enumeration));
    parser_take(parser);
    if (!parser_expect_name(parser, "the enumeration's name", &enumeration->name) ||
        !parser_expect(parser, '{', "after the enumeration's name") ||
        !parse_enum_items(parser, &enumeration->items) ||
        !parser_expect(parser, '}', "after the items") ||
        !parser_expect_end(parser, "after the enumeration"))
        return false;
    if (!enumeration->items) {
        diag_error(parser->program, enumeration->name.span, "enumeration `%s` has no items",
                   enumeration->name.text);
        diag_help(parser->program, "give it one: enum %s { name = 0 };", enumeration->name.text);
    }
    enumeration->doc = doc;
    enumeration->ns = parser->ns;
    *parser->ns->last_enum = enumeration;
    parser->ns->last_enum = &enumeration->next;
    return true;
}
