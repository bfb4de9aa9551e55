// What the parts of posix_calls share.
#ifndef TESTS_EXT4_POSIX_CALLS_H
#define TESTS_EXT4_POSIX_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

struct posix_part {
    const char *name;
    void (*run)(void); // in an empty folder of that name
};

// Each ends with a part without a name.
extern const struct posix_part posix_names[], posix_dirs[], posix_files[], posix_attributes[];

void expect(bool ok, const char *what, int line);
void expect_errno(bool failed, int wanted, const char *what, int line);

#define OK(condition) expect(condition, #condition, __LINE__)
// A call returns -1, and errno is as it is to be.
#define FAILS(wanted, call) expect_errno((call) < 0, wanted, #call, __LINE__)

void make_file(const char *name, const char *content);
struct stat stat_of(const char *name);

#endif
