#ifndef SANDBOX_CONSTRUCTOR_H
#define SANDBOX_CONSTRUCTOR_H

/// Opens and reads a file that all users may read, and reports that on standard error.
void constructor_open(const char *caller);

#endif
