// The host names for which this server answers.
#ifndef WEBAPI_HOST_H
#define WEBAPI_HOST_H

#include <oolong/types.h>
#include <stddef.h>

// Whether a text is a valid value of a Host field (RFC 9112): a host, with or without a port.
bool host_is_valid(const char *host);

// Finds the host in a target with a scheme ("http://host:80/path"): the text between "//" and the
// path, which `*host` points to. False: it is no such target.
bool host_of_target(const char *target, const char **host, size_t *len);

// Adds a name, of which the pointer is kept. ERR_INVALID_ARG: it is no host name. ERR_NO_MEMORY:
// too many.
__mustuse error_t host_add(const char *name);

// Whether this server answers for a valid host: an address, "localhost" or a name below it, a name
// without a dot, or a name that was added. Nobody else can make such a name lead here. For any
// other name, the owner of a domain could do that, and have a page of that domain read what is
// served here (DNS rebinding).
bool host_is_ours(const char *host, size_t len);

#endif
