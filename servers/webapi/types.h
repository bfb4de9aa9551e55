// Media types, by the end of a name.
#ifndef WEBAPI_TYPES_H
#define WEBAPI_TYPES_H

const char *type_of(const char *path);

#endif
