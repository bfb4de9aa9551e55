// Reads the arguments: see options.h.
#include "options.h"
#include <arpa/inet.h>
#include <oolong/message.h>
#include <stdlib.h>
#include <string.h>

// Reads "ADDR:PORT", which ends before `end`.
static bool parse_endpoint(const char *text, const char *end, struct in_addr *addr, uint16_t *port)
{
    char addr_text[INET_ADDRSTRLEN];
    const char *colon = memchr(text, ':', (size_t)(end - text));
    if (!colon || (size_t)(colon - text) >= sizeof(addr_text) || colon + 1 == end)
        return false;
    memcpy(addr_text, text, (size_t)(colon - text));
    addr_text[colon - text] = '\0';
    unsigned number = 0;
    for (const char *p = colon + 1; p < end; p++) {
        if (*p < '0' || *p > '9' || (number = number * 10 + (unsigned)(*p - '0')) > UINT16_MAX)
            return false;
    }
    *port = (uint16_t)number;
    return inet_pton(AF_INET, addr_text, addr) == 1;
}

static error_t parse_forward(const char *text, struct forward *forward)
{
    *forward = (struct forward){.udp = strncmp(text, "udp:", 4) == 0};
    if (!forward->udp && strncmp(text, "tcp:", 4) != 0)
        return ERR_INVALID_ARG;
    text += 4;
    const char *dash = strchr(text, '-');
    if (!dash || !parse_endpoint(text, dash, &forward->host_addr, &forward->host_port) ||
        !parse_endpoint(dash + 1, text + strlen(text), &forward->guest_addr,
                        &forward->guest_port) ||
        forward->guest_port == 0)
        return ERR_INVALID_ARG;
    return OK;
}

error_t options_parse(struct options *options, const char *argument)
{
    static const char hostfwd[] = "hostfwd=";
    if (strcmp(argument, "restrict") == 0) {
        options->restricted = true;
        return OK;
    }
    if (strncmp(argument, hostfwd, strlen(hostfwd)) != 0)
        return ERR_INVALID_ARG;
    if (options->num_forwards == FORWARDS_MAX)
        return ERR_NO_MEMORY;
    struct forward *forward = &options->forwards[options->num_forwards];
    OK_OR_RETURN(parse_forward(argument + strlen(hostfwd), forward));
    options->num_forwards++;
    return OK;
}
