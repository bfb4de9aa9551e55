// Names of this server.
#ifndef WEBAPI_HOST_H
#define WEBAPI_HOST_H

#include <oolong/types.h>
#include <stddef.h>

// Whether a text is a host and perhaps a port, as RFC 9112 wants it in a Host field.
bool host_is_valid(const char *host);

// Takes the host out of a target with a scheme ("http://host:80/path"): `*host` and `*len` are what
// stands between "//" and the path. False: it is no such target.
bool host_of_target(const char *target, const char **host, size_t *len);

// A further name of ours, which is kept. ERR_INVALID_ARG: it is none. ERR_NO_MEMORY: too many.
__mustuse error_t host_add(const char *name);

// Whether a valid host is one that nobody else can give us: an address, "localhost" and what is
// below it, a name without a dot, which no registry sells, or one that was added. A page of another
// name that was made to lead here (DNS rebinding) must not read what is served here.
bool host_is_ours(const char *host, size_t len);

#endif
