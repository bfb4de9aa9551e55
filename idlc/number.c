// Numbers messages. Owns the hash, which is part of the wire format and never changes.
#include <stdlib.h>
#include <string.h>
#include "diag.h"
#include "layout.h"

#define TYPE_STR         0x40000000u
#define TYPE_OOL         0x20000000u
#define TYPE_COUNT_SHIFT 16
#define TYPE_STRS_SHIFT  18 // of payload 1; payload 0 has TYPE_STR

// A number from 1 to 0x7fff, made from the full name.
static uint16_t number_of(const char *full_name)
{
    uint32_t hash = fnv1a(FNV_START, full_name);
    hash ^= hash >> 16;
    return (uint16_t)(hash % MAX_MESSAGE_NUMBER + 1);
}

// The type word says which payloads a message carries: see oolong/message.h.
static uint32_t type_word(const struct body *body)
{
    uint32_t word = body->id;
    unsigned index = 0;
    for (const struct field *f = body->laid_out; f && f->is_payload; f = f->next_laid_out) {
        if (f->is_str)
            word |= index == 0 ? TYPE_STR : 1u << (TYPE_STRS_SHIFT + index - 1);
        index++;
    }
    if (index > 0)
        word |= TYPE_OOL | (index - 1) << TYPE_COUNT_SHIFT;
    return word;
}

static unsigned free_number(struct message *const *taken, unsigned wanted)
{
    for (unsigned i = 1; i <= MAX_MESSAGE_NUMBER; i++) {
        unsigned number = (wanted - 1 + i) % MAX_MESSAGE_NUMBER + 1;
        if (!taken[number])
            return number;
    }
    return 0;
}

static void report_collision(struct program *program, const struct message *message,
                             const struct message *first, unsigned free)
{
    struct span span = message->has_number ? message->number_span : message->name.span;
    diag_error(program, span, "`%s` has the number 0x%04x, as `%s` has", message->request.full_name,
               message->request.id, first->request.full_name);
    diag_note(program, first->name.span, "the first is here");
    if (free == 0)
        diag_help(program, "no number is free");
    else if (message->has_number)
        diag_help(program, "0x%04x is free", free);
    else
        diag_help(program,
                  "numbers are hashes of names, and these two are equal: give one "
                  "message a number, as in `= 0x%04x;` (which is free)",
                  free);
}

void number_messages(struct program *program)
{
    typedef struct message *message_ptr;
    message_ptr *taken = memory_alloc((MAX_MESSAGE_NUMBER + 1) * sizeof(message_ptr));
    for (unsigned i = 0; i <= MAX_MESSAGE_NUMBER; i++)
        taken[i] = NULL;

    for (struct message *m = program->messages; m; m = m->next_all) {
        m->request.id = m->has_number ? (uint16_t)m->number : number_of(m->request.full_name);
        m->reply.id = m->request.id | REPLY_BIT;
        m->request.type = type_word(&m->request);
        m->reply.type = type_word(&m->reply);
        if (!taken[m->request.id])
            taken[m->request.id] = m;
    }
    // All numbers are known now, so the proposed number is free.
    for (struct message *m = program->messages; m; m = m->next_all) {
        const struct message *first = taken[m->request.id];
        bool is_same_name = strcmp(first->request.full_name, m->request.full_name) == 0;
        if (first != m && !is_same_name)
            report_collision(program, m, first, free_number(taken, m->request.id));
    }
    free(taken);
}
