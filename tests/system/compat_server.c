// A server in the style of the microkernel's own servers: it includes their headers, has void
// main(void) and a switch over m.type, and sets its replies by hand. It must build and run without
// changes.
#include <types.h>
#include <list.h>
#include <message.h>
#include <string.h>
#include <config.h>
#include <bitmap.h>
#include <endian.h>
#include <print_macros.h>
#include <vprintf.h>
#include <resea/ipc.h>
#include <resea/handle.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <resea/timer.h>

struct note {
    list_elem_t next;
    int id;
    char title[16];
    char *text;
};

static list_t notes;
static int next_id = 1;
static uint8_t used[BITMAP_SIZE(NOTES_MAX_NOTES)];

static struct note *lookup_note(int id)
{
    LIST_FOR_EACH (note, &notes, struct note, next) {
        if (note->id == id)
            return note;
    }
    return NULL;
}

static error_t add_note(const char *title, char *text)
{
    if (next_id > NOTES_MAX_NOTES)
        return ERR_NO_MEMORY;
    struct note *note = malloc(sizeof(*note));
    note->id = next_id++;
    note->text = text;
    strncpy2(note->title, title, sizeof(note->title));
    list_nullify(&note->next);
    list_push_back(&notes, &note->next);
    bitmap_set(used, sizeof(used), note->id - 1);
    return note->id;
}

static void on_add(struct message *m)
{
    DEBUG_ASSERT(m->notes_add.colour == NOTES_COLOUR_GREEN);
    int id = add_note(m->notes_add.title, m->notes_add.text);
    if (IS_ERROR(id)) {
        free(m->notes_add.text);
        ipc_reply_err(m->src, id);
        return;
    }
    m->type = NOTES_ADD_REPLY_MSG;
    m->notes_add_reply.id = id;
    ipc_reply(m->src, m);
}

static void on_get(struct message *m)
{
    struct note *note = lookup_note(m->notes_get.id);
    if (!note) {
        ipc_reply_err(m->src, ERR_NOT_FOUND);
        return;
    }
    m->type = NOTES_GET_REPLY_MSG;
    m->notes_get_reply.text = note->text;
    ipc_reply(m->src, m);
}

static void on_raw(struct message *m)
{
    uint32_t sum = 0;
    uint8_t *data = (uint8_t *)m->notes_raw.data;
    for (size_t i = 0; i < m->notes_raw.data_len; i++)
        sum += data[i];
    free(m->notes_raw.data);
    m->type = NOTES_RAW_REPLY_MSG;
    m->notes_raw_reply.sum = hton32(sum);
    ipc_reply(m->src, m);
}

static void on_forget(int id)
{
    struct note *note = lookup_note(id);
    if (!note)
        return;
    list_remove(&note->next);
    bitmap_clear(used, sizeof(used), note->id - 1);
    free(note->text);
    free(note);
}

void main(void)
{
    TRACE("starting...");
    list_init(&notes);
    bitmap_fill(used, sizeof(used), 0);
    ASSERT_OK(ipc_serve("notes"));
    INFO("ready");

    while (true) {
        struct message m;
        bzero(&m, sizeof(m));
        ASSERT_OK(ipc_recv(IPC_ANY, &m));

        switch (m.type) {
        case NOTES_ADD_MSG:
            on_add(&m);
            break;
        case NOTES_GET_MSG:
            on_get(&m);
            break;
        case NOTES_RAW_MSG:
            on_raw(&m);
            break;
        case NOTES_FORGET_MSG:
            on_forget(m.notes_forget.id);
            break;
        default:
            discard_unknown_message(&m);
        }
    }
}
