#ifndef SANDBOX_CONSTRUCTOR_H
#define SANDBOX_CONSTRUCTOR_H

/// Opens and reads a file that anybody may read, and says so on standard error.
void constructor_open(const char *caller);

#endif
