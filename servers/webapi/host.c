// The host names of this server: see host.h.
#include "host.h"
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define NAMES_MAX 32

static const char *names[NAMES_MAX];
static size_t num_names;

// A name or an IPv4 address: RFC 3986's reg-name without the percent signs, which no host has.
static bool is_name(const char *host, size_t len)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    return len > 0 && strspn(host, plain) >= len;
}

static bool is_ipv6(const char *host, size_t len)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr addr;
    if (len < 2 || len - 2 >= sizeof(text) || host[0] != '[' || host[len - 1] != ']')
        return false;
    memcpy(text, host + 1, len - 2);
    text[len - 2] = '\0';
    return inet_pton(AF_INET6, text, &addr) == 1;
}

// Returns the length of the host without its port.
static size_t host_len(const char *host, size_t len)
{
    size_t at = len;
    while (at > 0 && host[at - 1] >= '0' && host[at - 1] <= '9')
        at--;
    return at > 0 && host[at - 1] == ':' ? at - 1 : len;
}

static bool is_valid(const char *host, size_t len)
{
    len = host_len(host, len);
    return is_name(host, len) || is_ipv6(host, len);
}

bool host_is_valid(const char *host)
{
    return is_valid(host, strlen(host));
}

bool host_of_target(const char *target, const char **host, size_t *len)
{
    static const char scheme[] = "http://";
    if (strncasecmp(target, scheme, strlen(scheme)) != 0)
        return false;
    *host = target + strlen(scheme);
    *len = strcspn(*host, "/?");
    return is_valid(*host, *len);
}

error_t host_add(const char *name)
{
    if (!is_name(name, strlen(name)))
        return ERR_INVALID_ARG;
    if (num_names == NAMES_MAX)
        return ERR_NO_MEMORY;
    names[num_names++] = name;
    return OK;
}

static bool is_ipv4(const char *host, size_t len)
{
    char text[INET_ADDRSTRLEN];
    struct in_addr addr;
    if (len >= sizeof(text))
        return false;
    memcpy(text, host, len);
    text[len] = '\0';
    return inet_pton(AF_INET, text, &addr) == 1;
}

bool host_is_ours(const char *host, size_t len)
{
    static const char below[] = ".localhost";
    len = host_len(host, len);
    if (len > 0 && host[len - 1] == '.')
        len--; // the root's dot
    if (!memchr(host, '.', len) || is_ipv4(host, len))
        return true; // "[::1]" is an address
    size_t below_len = strlen(below);
    if (len > below_len && strncasecmp(host + len - below_len, below, below_len) == 0)
        return true;
    for (size_t i = 0; i < num_names; i++) {
        if (strlen(names[i]) == len && strncasecmp(names[i], host, len) == 0)
            return true;
    }
    return false;
}
