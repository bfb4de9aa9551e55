// Reading directories, also while they change.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "posix_calls.h"

#define MANY 3000

static const char *many_name(int i)
{
    static char name[64];
    snprintf(name, sizeof(name), "entry-%d-of-many-that-fill-some-blocks", i);
    return name;
}

static void make_many(void)
{
    make_file("first", "");
    for (int i = 0; i < MANY; i++)
        OK(link("first", many_name(i)) == 0);
}

static int number_of(const char *name)
{
    int number;
    return sscanf(name, "entry-%d-of", &number) == 1 && number >= 0 && number < MANY ? number : -1;
}

static bool lists(DIR *dir, const char *name)
{
    const struct dirent *entry;
    bool found = false;
    rewinddir(dir);
    while ((entry = readdir(dir)))
        found |= strcmp(entry->d_name, name) == 0;
    return found;
}

static void inodes_and_kinds(void)
{
    int num = 0;
    make_file("f", "x");
    OK(mkdir("d", 0755) == 0 && symlink("f", "l") == 0 && mkfifo("p", 0644) == 0);
    DIR *dir = opendir(".");
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        struct stat st = stat_of(entry->d_name);
        OK(entry->d_ino == st.st_ino);
        OK(entry->d_type == IFTODT(st.st_mode));
        num++;
    }
    OK(num == 6);
    closedir(dir);
}

static void rewinding(void)
{
    DIR *dir = opendir(".");
    OK(!lists(dir, "new"));
    make_file("new", "");
    OK(lists(dir, "new"));
    OK(unlink("new") == 0 && !lists(dir, "new"));
    closedir(dir);
}

static void positions(void)
{
    char names[8][256];
    long places[8];
    for (int i = 0; i < 8; i++)
        make_file(many_name(i), "");
    DIR *dir = opendir(".");
    for (int i = 0; i < 8; i++) {
        places[i] = telldir(dir);
        const struct dirent *entry = readdir(dir);
        snprintf(names[i], sizeof(names[i]), "%s", entry ? entry->d_name : "none");
    }
    for (int i = 7; i >= 0; i--) {
        seekdir(dir, places[i]);
        const struct dirent *entry = readdir(dir);
        OK(entry && strcmp(entry->d_name, names[i]) == 0);
    }
    closedir(dir);
}

// As rm -r does it: every entry is listed once although those before it are gone.
static void removal_meanwhile(void)
{
    static int seen[MANY];
    int missing = 0;
    make_many();
    DIR *dir = opendir(".");
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        int number = number_of(entry->d_name);
        if (number < 0)
            continue;
        seen[number]++;
        OK(unlink(entry->d_name) == 0);
    }
    closedir(dir);
    for (int i = 0; i < MANY; i++)
        missing += seen[i] != 1;
    OK(missing == 0);
}

// What was there before is listed once, whatever is added.
static void addition_meanwhile(void)
{
    static int seen[MANY];
    int missing = 0, num = 0;
    char name[32];
    make_many();
    DIR *dir = opendir(".");
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        int number = number_of(entry->d_name);
        if (number >= 0)
            seen[number]++;
        if (number < 0 || num >= MANY)
            continue;
        snprintf(name, sizeof(name), "new-%d", num++);
        OK(link("first", name) == 0);
    }
    closedir(dir);
    for (int i = 0; i < MANY; i++)
        missing += seen[i] != 1;
    OK(missing == 0);
}

const struct posix_part posix_dirs[] = {
    {"inodes_and_kinds", inodes_and_kinds},
    {"rewinding", rewinding},
    {"positions", positions},
    {"removal_meanwhile", removal_meanwhile},
    {"addition_meanwhile", addition_meanwhile},
    {NULL, NULL},
};
