// The name servers of the host, and whether they answer: see servers.h.
#include "servers.h"
#include <arpa/inet.h>
#include <string.h>

#define QUESTIONS_MAX 64 // that are remembered

void servers_find(struct servers *servers, const char *text, size_t len)
{
    static const char word[] = "nameserver";
    const char *end = text + len;
    servers->num = 0;
    while (text < end && servers->num < SERVERS_MAX) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        size_t line_len = (size_t)((line_end ? line_end : end) - text);
        char line[128];
        if (line_len < sizeof(line)) {
            memcpy(line, text, line_len);
            line[line_len] = '\0';
            char *p = line + strspn(line, " \t");
            size_t blanks =
                strncmp(p, word, strlen(word)) == 0 ? strspn(p + strlen(word), " \t") : 0;
            p += blanks > 0 ? strlen(word) + blanks : 0;
            p[strcspn(p, " \t\r#;")] = '\0';
            struct in_addr addr;
            if (blanks > 0 && inet_pton(AF_INET, p, &addr) == 1)
                inet_ntop(AF_INET, &addr, servers->addrs[servers->num++], INET_ADDRSTRLEN);
        }
        text += line_len + 1;
    }
}

// A question: the port that it was sent from, and its number.
static struct question {
    bool open;
    uint16_t port;
    uint16_t id;
} questions[QUESTIONS_MAX];
static unsigned next_question;

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

// Returns the DNS message in a frame. NULL: the frame is anything but a UDP datagram in an IPv4
// packet without options that holds at least the head of a message. `ours` is the offset, in the IP
// header, of the address that must be the name server's.
static const uint8_t *message_of(const uint8_t *frame, size_t len, size_t ours, uint32_t server)
{
    const uint8_t *ip = frame + 14;
    if (len < 14 + 20 + 8 + 12 || get16(frame + 12) != 0x0800 || ip[0] != 0x45 || ip[9] != 17 ||
        memcmp(ip + ours, &server, sizeof(server)) != 0)
        return NULL;
    return ip + 28;
}

static struct question *find(unsigned port, unsigned id)
{
    for (size_t i = 0; i < QUESTIONS_MAX; i++) {
        if (questions[i].open && questions[i].port == port && questions[i].id == id)
            return &questions[i];
    }
    return NULL;
}

enum asked servers_see_question(const uint8_t *frame, size_t len, uint32_t server)
{
    const uint8_t *message = message_of(frame, len, 16, server);
    if (!message || get16(frame + 36) != 53)
        return ASKED_NOTHING;
    unsigned port = get16(frame + 34), id = get16(message);
    if (find(port, id))
        return ASKED_AGAIN;
    questions[next_question++ % QUESTIONS_MAX] =
        (struct question){.open = true, .port = (uint16_t)port, .id = (uint16_t)id};
    return ASKED_FIRST;
}

enum asked servers_see_answer(const uint8_t *frame, size_t len, uint32_t server)
{
    const uint8_t *message = message_of(frame, len, 12, server);
    if (!message || get16(frame + 34) != 53)
        return ASKED_NOTHING;
    struct question *question = find(get16(frame + 36), get16(message));
    if (!question)
        return ASKED_NOTHING;
    question->open = false;
    unsigned rcode = message[3] & 15;
    return rcode == 2 || rcode == 4 || rcode == 5 ? ASKED_REFUSED : ASKED_NOTHING;
}
