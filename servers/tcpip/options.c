// Reads the arguments: see options.h.
#include "options.h"
#include <arpa/inet.h>
#include <oolong/message.h>
#include <string.h>

bool parse_addr(const char *text, size_t len, uint32_t *addr)
{
    char copy[INET_ADDRSTRLEN];
    struct in_addr in;
    if (len >= sizeof(copy))
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (inet_pton(AF_INET, copy, &in) != 1)
        return false;
    *addr = ntohl(in.s_addr);
    return true;
}

// Reads a decimal number. False: the text is anything else.
static bool parse_number(const char *text, unsigned max, unsigned *number)
{
    *number = 0;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9' || (*number = *number * 10 + (unsigned)(*p - '0')) > max)
            return false;
    }
    return *text != '\0';
}

static error_t parse_address(struct options *options, const char *text)
{
    const char *slash = strchr(text, '/');
    unsigned bits;
    if (!slash || !parse_addr(text, (size_t)(slash - text), &options->addr) ||
        !parse_number(slash + 1, 30, &bits) || bits == 0)
        return ERR_INVALID_ARG;
    options->netmask = UINT32_MAX << (32 - bits);
    return OK;
}

static error_t parse_dns(struct options *options, const char *text)
{
    const char *colon = strchr(text, ':');
    unsigned port = options->dns_port;
    if (!parse_addr(text, colon ? (size_t)(colon - text) : strlen(text), &options->dns))
        return ERR_INVALID_ARG;
    if (colon && (!parse_number(colon + 1, UINT16_MAX, &port) || port == 0))
        return ERR_INVALID_ARG;
    options->dns_port = (uint16_t)port;
    return OK;
}

error_t options_parse(struct options *options, const char *argument)
{
    static const char address[] = "address=", gateway[] = "gateway=", dns[] = "dns=";
    if (strcmp(argument, "dhcp") == 0) {
        options->dhcp = true;
        return OK;
    }
    if (strcmp(argument, "resea") == 0) {
        options->resea = true;
        return OK;
    }
    if (strncmp(argument, address, strlen(address)) == 0)
        return parse_address(options, argument + strlen(address));
    if (strncmp(argument, dns, strlen(dns)) == 0)
        return parse_dns(options, argument + strlen(dns));
    if (strncmp(argument, gateway, strlen(gateway)) == 0) {
        const char *text = argument + strlen(gateway);
        return parse_addr(text, strlen(text), &options->gateway) ? OK : ERR_INVALID_ARG;
    }
    return ERR_INVALID_ARG;
}
