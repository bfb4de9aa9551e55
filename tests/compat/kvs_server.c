// A key-value store: lists, handles, payloads in both directions, and events for the tasks that
// asked for them.
#include <config.h>
#include <list.h>
#include <message.h>
#include <resea/async.h>
#include <resea/handle.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/task.h>
#include <resea/timer.h>
#include <string.h>

#define TIMER_INTERVAL 5

struct entry {
    list_elem_t next;
    kvs_key_t key;
    uint8_t *data;
    size_t len;
};

struct store {
    list_elem_t next;
    char *name;
    list_t entries;
    int refs;
};

struct listener {
    list_elem_t next;
    task_t task;
};

static list_t stores;
static list_t listeners;
static int uptime = 0;

static struct store *open(const char *name)
{
    LIST_FOR_EACH (s, &stores, struct store, next) {
        if (!strcmp(s->name, name)) {
            s->refs++;
            return s;
        }
    }

    struct store *s = malloc(sizeof(*s));
    s->name = strndup(name, 32);
    s->refs = 1;
    list_init(&s->entries);
    list_push_back(&stores, &s->next);
    return s;
}

static void close(void *data)
{
    struct store *s = data;
    s->refs--;
}

static struct entry *find(struct store *s, const char *key)
{
    LIST_FOR_EACH (e, &s->entries, struct entry, next) {
        if (!strncmp(e->key, key, sizeof(e->key))) {
            return e;
        }
    }
    return NULL;
}

static void tell(const char *key, size_t len)
{
    LIST_FOR_EACH (l, &listeners, struct listener, next) {
        struct message m;
        bzero(&m, sizeof(m));
        m.type = KVS_CHANGED_MSG;
        strncpy2(m.kvs_changed.key, key, sizeof(m.kvs_changed.key));
        m.kvs_changed.len = len;
        async_send(l->task, &m);
    }
}

static error_t set(struct store *s, struct message *m)
{
    struct entry *e = find(s, m->kvs_set.key);
    if (!e) {
        e = malloc(sizeof(*e));
        strncpy2(e->key, m->kvs_set.key, sizeof(e->key));
        e->data = NULL;
        list_nullify(&e->next);
        list_push_back(&s->entries, &e->next);
    }
    free(e->data);
    e->data = m->kvs_set.data;
    e->len = m->kvs_set.data_len;
    tell(e->key, e->len);
    return OK;
}

static void handle_exit(task_t task)
{
    handle_free_all(task, close);
    LIST_FOR_EACH (l, &listeners, struct listener, next) {
        if (l->task == task) {
            list_remove(&l->next);
            free(l);
        }
    }
}

static void handle_notifications(notifications_t notifications)
{
    struct message m = {0};
    if (notifications & NOTIFY_TIMER) {
        uptime += TIMER_INTERVAL;
        timer_set(TIMER_INTERVAL);
    }
    if (notifications & NOTIFY_ASYNC) {
        async_recv(VM_TASK, &m);
        if (m.type == TASK_EXITED_MSG) {
            handle_exit(m.task_exited.task);
        }
    }
}

static void do_open(struct message *m)
{
    struct store *s = open(m->kvs_open.name);
    free(m->kvs_open.name);
    handle_t handle = handle_alloc(m->src);
    handle_set(m->src, handle, s);
    m->type = KVS_OPEN_REPLY_MSG;
    m->kvs_open_reply.handle = handle;
    ipc_reply(m->src, m);
}

static void do_get(struct message *m)
{
    struct store *s = handle_get(m->src, m->kvs_get.handle);
    struct entry *e = s ? find(s, m->kvs_get.key) : NULL;
    if (!e) {
        ipc_reply_err(m->src, ERR_NOT_FOUND);
        return;
    }
    m->type = KVS_GET_REPLY_MSG;
    m->kvs_get_reply.data = e->data;
    m->kvs_get_reply.data_len = e->len;
    ipc_reply(m->src, m);
}

static void do_set(struct message *m)
{
    struct store *s = handle_get(m->src, m->kvs_set.handle);
    if (!s) {
        free(m->kvs_set.data);
        ipc_send_err(m->src, ERR_INVALID_ARG);
        return;
    }
    ipc_send_err(m->src, set(s, m));
}

static void do_delete(struct message *m)
{
    struct store *s = handle_get(m->src, m->kvs_delete.handle);
    struct entry *e = s ? find(s, m->kvs_delete.key) : NULL;
    if (!e) {
        ipc_reply_err(m->src, ERR_NOT_FOUND);
        return;
    }
    list_remove(&e->next);
    free(e->data);
    free(e);
    m->type = KVS_DELETE_REPLY_MSG;
    ipc_reply(m->src, m);
}

static void do_close(struct message *m)
{
    struct store *s = handle_get(m->src, m->kvs_close.handle);
    if (!s) {
        ipc_reply_err(m->src, ERR_NOT_FOUND);
        return;
    }
    close(s);
    handle_free(m->src, m->kvs_close.handle);
    ipc_reply_err(m->src, OK);
}

static void do_listen(struct message *m)
{
    struct listener *l = malloc(sizeof(*l));
    l->task = m->src;
    list_nullify(&l->next);
    list_push_back(&listeners, &l->next);
    struct message watch;
    watch.type = TASK_WATCH_MSG;
    watch.task_watch.task = m->src;
    ASSERT_OK(ipc_call(VM_TASK, &watch));
    m->type = KVS_LISTEN_REPLY_MSG;
    ipc_reply(m->src, m);
}

void main(void)
{
    TRACE("starting...");
    list_init(&stores);
    list_init(&listeners);
    ASSERT_OK(ipc_serve("kvs"));
    ASSERT_OK(timer_set(TIMER_INTERVAL));

    while (true) {
        struct message m;
        bzero(&m, sizeof(m));
        error_t err = ipc_recv(IPC_ANY, &m);
        ASSERT_OK(err);

        switch (m.type) {
        case NOTIFICATIONS_MSG:
            handle_notifications(m.notifications.data);
            break;
        case ASYNC_MSG:
            async_reply(m.src);
            break;
        case KVS_OPEN_MSG:
            do_open(&m);
            break;
        case KVS_GET_MSG:
            do_get(&m);
            break;
        case KVS_SET_MSG:
            do_set(&m);
            break;
        case KVS_DELETE_MSG:
            do_delete(&m);
            break;
        case KVS_CLOSE_MSG:
            do_close(&m);
            break;
        case KVS_LISTEN_MSG:
            do_listen(&m);
            break;
        default:
            discard_unknown_message(&m);
        }
    }
}
