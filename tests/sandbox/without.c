// Part of a launcher for one test: it removes one rule from the sandbox profiles.
//
//   OOLONG_WITHOUT=ROW:SET   the row of profile_rules is no longer of the set (a bit's number)
//   OOLONG_WITHOUT=list      prints every row and set: ROW:SET CALL, and ends
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "profiles.h"

static void __attribute__((noreturn)) list_rows(void)
{
    for (size_t row = 0; row < profile_num_rules; row++) {
        for (unsigned bit = 0; bit < 32; bit++) {
            if (!(profile_rules[row].sets & 1u << bit))
                continue;
            char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, profile_rules[row].nr);
            printf("%zu:%u %s\n", row, bit, name ? name : "?");
            free(name);
        }
    }
    exit(0);
}

// The table is in read-only memory.
static void take_away(size_t row, unsigned bit)
{
    uintptr_t page = (uintptr_t)getpagesize();
    uintptr_t begin = (uintptr_t)&profile_rules[row] & ~(page - 1);
    uintptr_t end = (uintptr_t)(&profile_rules[row] + 1);
    if (mprotect((void *)begin, end - begin, PROT_READ | PROT_WRITE) < 0) {
        perror("OOLONG_WITHOUT");
        exit(99);
    }
    unsigned *sets = (unsigned *)(uintptr_t)&profile_rules[row].sets;
    *(volatile unsigned *)sets &= ~(1u << bit);
}

static void __attribute__((constructor)) change_rules(void)
{
    const char *text = getenv("OOLONG_WITHOUT");
    size_t row;
    unsigned bit;
    if (!text || !*text)
        return;
    if (!strcmp(text, "list"))
        list_rows();
    if (sscanf(text, "%zu:%u", &row, &bit) != 2 || row >= profile_num_rules || bit >= 32 ||
        !(profile_rules[row].sets & 1u << bit)) {
        fprintf(stderr, "OOLONG_WITHOUT=%s: there is no such rule\n", text);
        exit(99);
    }
    take_away(row, bit);
}
