// The syntax tree: the interfaces of all files of one compilation. The parser makes it, check
// resolves the types, and layout and number fill in what the emitters read.
//
// All nodes are allocated in the program's arena.
#ifndef IDLC_AST_H
#define IDLC_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "memory.h"
#include "table.h"

#define MESSAGE_BODY_LEN    248 // bytes of a message after its type and source
#define MESSAGE_BODY_OFFSET 8
#define MAX_PAYLOADS        4
#define PAYLOAD_DESC_LEN    16 // { void *ptr; size_t len; }
#define MAX_MESSAGE_NUMBER  0x7fff
#define REPLY_BIT           0x8000

struct source;
struct namespace;
struct diag_list;

// A piece of a source file.
struct span {
    struct source *source;
    size_t pos;
    size_t len;
};

struct ident {
    const char *text;
    struct span span;
};

enum base_kind {
    BASE_NUMBER,
    BASE_CHAR,
    BASE_BOOL,
    BASE_STR,
    BASE_BYTES,
    BASE_FRAME,
};

// A type of the language itself.
struct base_type {
    const char *name;
    const char *c_name;
    enum base_kind kind;
    size_t size; // in bytes; also the alignment, except for frames
    size_t align;
    uint64_t max;       // largest constant of the type
    const char *suffix; // of its constants in C
};

struct type_ref {
    struct ident name;
    bool is_array;
    uint64_t count; // elements of an array
    struct span count_span;
    // Set by check; all NULL when the name is unknown. At most one is not NULL.
    const struct base_type *base;
    struct type_decl *alias;
    struct enum_decl *enumeration;
};

struct type_decl {
    struct type_decl *next;
    struct namespace *ns;
    struct ident name;
    const char *doc;
    struct type_ref type;
    // Set by check.
    const char *c_name; // "fs_path_t"
    bool in_cycle;
    unsigned walk; // the last walk of the search for cycles that passed here
    bool emitted;  // the header emitter has written it
};

struct const_decl {
    struct const_decl *next;
    struct namespace *ns;
    struct ident name;
    const char *doc;
    struct type_ref type;
    uint64_t value;
    struct span value_span;
    const char *c_name; // "FS_LIMIT"
};

struct enum_item {
    struct enum_item *next;
    struct ident name;
    const char *doc;
    uint64_t value;
    struct span value_span;
    const char *c_name; // "FS_KIND_FILE"
};

struct enum_decl {
    struct enum_decl *next;
    struct namespace *ns;
    struct ident name;
    const char *doc;
    struct enum_item *items;
    const char *c_name; // "fs_kind"
};

struct field {
    struct field *next; // in the order of the file
    struct ident name;
    const char *doc;
    struct type_ref type;
    // Set by layout.
    bool is_payload;
    bool is_str;
    size_t offset;               // from the start of the message, in bytes
    size_t size;                 // of a payload: the size of its descriptor
    struct field *next_laid_out; // in the order of the struct
};

// One message as it travels: a request, a reply, or a one-way message.
struct body {
    struct field *fields;
    struct span span; // the parentheses
    // Set by check.
    const char *full_name; // "fs.open_reply"
    const char *c_name;    // "fs_open_reply"
    const char *macro;     // "FS_OPEN_REPLY_MSG"
    // Set by layout and number.
    struct field *laid_out;
    unsigned num_payloads;
    size_t size; // bytes used of the body
    uint16_t id;
    uint32_t type; // the whole type word
};

struct message {
    struct message *next;     // in its namespace
    struct message *next_all; // in the program, in the order of reading
    struct namespace *ns;
    struct ident name;
    const char *doc;
    bool is_async;
    bool is_idempotent;
    bool has_reply;
    bool is_copy; // repeats one of another file, and is in no list any more
    bool has_number;
    uint64_t number;
    struct span number_span;
    struct body request;
    struct body reply;
};

struct namespace
{
    struct namespace *next; // in the order of reading; the first is the root, named ""
    struct namespace *parent;
    struct namespace *copy_of; // the one in another file that this repeats: see copies.c
    struct ident ident;
    const char *name;   // "fs", "a.b"; "" outside of any
    const char *c_name; // "fs", "a_b"
    const char *prefix; // "fs_", "a_b_"; "" outside of any
    const char *doc;
    struct message *messages, **last_message;
    struct type_decl *types, **last_type;
    struct const_decl *consts, **last_const;
    struct enum_decl *enums, **last_enum;
    struct table names;      // what is declared in it: struct ident
    struct table type_names; // struct type_decl
    struct table enum_names; // struct enum_decl
    // The fields of its messages, and the lengths of payloads. Set by layout.
    struct table field_names; // struct field
    uint32_t digest;
    uint32_t scope_digest; // of its name, constants and enums
};

struct folder {
    struct folder *next;
    const char *path;
};

struct program {
    struct arena arena;
    struct source *sources, **last_source;
    struct namespace *namespaces, **last_namespace;
    struct message *messages, **last_message;
    struct diag_list *diags;
    struct folder *folders; // in which patterns of includes were looked up
    // A declaration was lost to a syntax error. Unknown names are then not reported.
    bool lost_names;
};

#endif
