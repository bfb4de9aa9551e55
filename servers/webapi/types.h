// Chooses the media type of a file by the end of its name.
#ifndef WEBAPI_TYPES_H
#define WEBAPI_TYPES_H

const char *type_of(const char *path);

#endif
