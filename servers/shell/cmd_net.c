// Commands on the network.
#include "shell.h"
#include <idl/tcpip.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include <resea/timer.h>
#include <stdlib.h>
#include <string.h>
#include "output.h"

#define PING_COUNT      4
#define PING_TIMEOUT_MS 2000
#define QUIET_MS        20000 // http-get gives up after this time without a byte
#define READ_LEN        65536u
#define HEAD_MAX        65536u // the longest head of an answer, in bytes

static void print_addr(uint32_t addr)
{
    printf("%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255, addr & 255);
}

// Converts a name or a number to an address. If that fails, prints an error and returns false.
static bool resolve(task_t tcpip, const char *name, uint32_t *addr)
{
    error_t err = tcpip_dns_resolve(tcpip, name, addr);
    return IS_OK(err) || complain(name, err);
}

bool cmd_dns(unsigned argc, char **argv)
{
    (void)argc;
    task_t tcpip = 0;
    uint32_t addr = 0;
    if (!find_service("tcpip", &tcpip) || !resolve(tcpip, argv[1], &addr))
        return false;
    print_addr(addr);
    printf("\n");
    return true;
}

bool cmd_ping(unsigned argc, char **argv)
{
    task_t tcpip = 0;
    uint32_t addr = 0;
    unsigned long long count = PING_COUNT, num_answers = 0;
    if (argc > 2 && !parse_number(argv[2], 1000, &count))
        return complain(argv[2], ERR_INVALID_ARG);
    if (!find_service("tcpip", &tcpip) || !resolve(tcpip, argv[1], &addr))
        return false;
    for (unsigned long long i = 0; i < count; i++) {
        unsigned rtt_us = 0;
        error_t err = tcpip_ping(tcpip, addr, PING_TIMEOUT_MS, &rtt_us);
        if (IS_ERROR(err) && err != ERR_TIMEOUT)
            return complain(argv[1], err);
        print_addr(addr);
        if (IS_OK(err))
            printf(": %u.%03u ms\n", rtt_us / 1000, rtt_us % 1000);
        else
            printf(": no answer\n");
        fflush(stdout);
        num_answers += IS_OK(err);
    }
    return num_answers > 0;
}

// --- http-get -----------------------------------------------------------------------------------

struct url {
    char *host; // allocated
    uint16_t port;
    const char *path;
};

// [http://]HOST[:PORT][/PATH]
static bool parse_url(const char *text, struct url *url)
{
    static const char scheme[] = "http://";
    unsigned long long port = 80;
    if (strncmp(text, scheme, strlen(scheme)) == 0)
        text += strlen(scheme);
    size_t len = strcspn(text, "/");
    url->host = strndup(text, len);
    url->path = text[len] ? text + len : "/";
    char *colon = url->host ? strchr(url->host, ':') : NULL;
    if (colon)
        *colon++ = '\0';
    if (!url->host || !*url->host ||
        (colon && (!parse_number(colon, UINT16_MAX, &port) || port == 0))) {
        free(url->host);
        url->host = NULL;
        complain(text, ERR_INVALID_ARG);
        return false;
    }
    url->port = (uint16_t)port;
    return true;
}

static error_t send_request(task_t tcpip, handle_t handle, const struct url *url)
{
    char *request;
    int len = asprintf(&request, "GET %s HTTP/1.0\r\nHost: %s:%u\r\nUser-Agent: Oolong\r\n\r\n",
                       url->path, url->host, url->port);
    if (len < 0)
        return ERR_NO_MEMORY;
    error_t err = tcpip_write(tcpip, handle, request, (size_t)len);
    free(request);
    return err;
}

// Waits for an event of tcpip. ERR_TIMEOUT: no event came for too long.
static error_t await_event(task_t tcpip)
{
    struct message m;
    timer_set(QUIET_MS);
    while (true) {
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;
        if (m.type != NOTIFICATIONS_MSG) {
            discard_unknown_message(&m);
            continue;
        }
        if (m.notifications.data & NOTIFY_TIMER)
            return ERR_TIMEOUT;
        if (!(m.notifications.data & NOTIFY_ASYNC))
            continue;
        events_pull("");
        error_t err = async_recv(tcpip, &m);
        if (IS_OK(err))
            ipc_free_payloads(&m);
        if (err != ERR_EMPTY && err != ERR_TRY_AGAIN && err != ERR_TIMEOUT)
            return err;
    }
}

// The head of the answer. It is collected until it is complete, and is not printed.
struct head {
    char bytes[HEAD_MAX + 1];
    size_t len;
    bool is_over;
    unsigned status;
};

// Takes bytes of the answer. Prints those of the body.
static error_t take(struct head *head, const char *data, size_t len)
{
    if (head->is_over)
        return output_write(data, len) ? OK : ERR_END;
    size_t n = MIN(len, HEAD_MAX - head->len);
    memcpy(head->bytes + head->len, data, n);
    head->len += n;
    head->bytes[head->len] = '\0';
    char *end = memmem(head->bytes, head->len, "\r\n\r\n", 4);
    if (!end)
        return head->len < HEAD_MAX ? OK : ERR_TOO_LARGE;
    if (sscanf(head->bytes, "HTTP/%*u.%*u %u", &head->status) != 1)
        return ERR_NOT_ACCEPTABLE;
    head->is_over = true;
    size_t in_head = (size_t)(end + 4 - head->bytes);
    size_t rest = head->len - in_head;
    if (rest > 0 && !output_write(head->bytes + in_head, rest))
        return ERR_END;
    return n == len || output_write(data + n, len - n) ? OK : ERR_END;
}

static error_t print_answer(task_t tcpip, handle_t handle, struct head *head)
{
    while (true) {
        void *data;
        size_t len;
        error_t err = tcpip_read(tcpip, handle, READ_LEN, &data, &len);
        if (err == ERR_END)
            return head->is_over ? OK : ERR_ABORTED;
        if (err == ERR_EMPTY)
            err = await_event(tcpip);
        else if (IS_OK(err)) {
            err = take(head, data, len);
            free(data);
        }
        if (IS_ERROR(err))
            return err;
    }
}

static bool get(task_t tcpip, const struct url *url, const char *text)
{
    static struct head head;
    uint32_t addr = 0;
    handle_t handle = 0;
    if (!resolve(tcpip, url->host, &addr))
        return false;
    error_t err = tcpip_connect(tcpip, addr, url->port, &handle);
    if (IS_ERROR(err))
        return complain(text, err);
    head = (struct head){0};
    err = send_request(tcpip, handle, url);
    if (IS_OK(err))
        err = print_answer(tcpip, handle, &head);
    (void)output_write(NULL, 0);
    timer_set(0);
    (void)tcpip_close(tcpip, handle);
    if (IS_ERROR(err))
        return complain(text, err);
    if (head.status >= 400)
        fprintf(errors(), "%s: status %u\n", text, head.status);
    return head.status < 400;
}

bool cmd_http_get(unsigned argc, char **argv)
{
    (void)argc;
    task_t tcpip = 0;
    struct url url = {0};
    if (!parse_url(argv[1], &url))
        return false;
    bool ok = find_service("tcpip", &tcpip) && get(tcpip, &url, argv[1]);
    free(url.host);
    return ok;
}
