// A client in the style of the microkernel's own programs.
#include <resea/cmdline.h>
#include <resea/ipc.h>
#include <resea/malloc.h>
#include <resea/printf.h>
#include <resea/syscall.h>
#include <resea/task.h>
#include <message.h>
#include <string.h>
#include <endian.h>

static task_t server;

static int add(const char *title, char *text)
{
    struct message m;
    m.type = NOTES_ADD_MSG;
    strncpy2(m.notes_add.title, title, sizeof(m.notes_add.title));
    m.notes_add.colour = NOTES_COLOUR_GREEN;
    m.notes_add.text = text;
    error_t err = ipc_call(server, &m);
    if (IS_ERROR(err))
        return err;
    ASSERT(m.type == NOTES_ADD_REPLY_MSG);
    return m.notes_add_reply.id;
}

static char *get(int id)
{
    struct message m;
    m.type = NOTES_GET_MSG;
    m.notes_get.id = id;
    if (ipc_call(server, &m) != OK)
        return NULL;
    return m.notes_get_reply.text;
}

void main(void)
{
    char *first, *second;
    cmdline_init();
    cmdline_arg(&first, NULL, "first", false);
    cmdline_arg(&second, NULL, "second", true);
    ASSERT_OK(cmdline_parse(task_cmdline(), NULL));

    server = ipc_lookup("notes");
    ASSERT_OK(server);
    int a = add("first", first);
    int b = add("a title that is too long for it", second);
    ASSERT(a == 1 && b == 2);

    char *text = get(a);
    printf("%s\n", text);
    free(text);
    printf("%s\n", get(b));

    struct message m;
    m.type = NOTES_FORGET_MSG;
    m.notes_forget.id = a;
    ASSERT_OK(ipc_send(server, &m));
    ASSERT(get(a) == NULL);

    m.type = NOTES_RAW_MSG;
    m.notes_raw.data = "\x01\x02\xff";
    m.notes_raw.data_len = 3;
    ASSERT_OK(ipc_call(server, &m));
    printf("%x\n", ntoh32(m.notes_raw_reply.sum));

    for (int i = 3; i <= NOTES_MAX_NOTES; i++)
        ASSERT(add("more", "more") == i);
    ASSERT(add("one too many", "") == ERR_NO_MEMORY);

    m.type = TIME_GETTIMEOFDAY_MSG;
    ASSERT(ipc_call(server, &m) == ERR_NOT_ACCEPTABLE);
    OOPS_OK(sys_kdebug("_", 1, NULL, 0));
    METRIC("notes", NOTES_MAX_NOTES);
}
