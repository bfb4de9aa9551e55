// `oolong profiles`: prints the table of profiles.c.
#include "profiles.h"
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 8
#define WIDTH  96

// Whether one of the sets in `sets` has a rule for system call `nr` in rows `begin` to `end - 1` of
// the table.
static bool has_call(unsigned sets, int nr, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        if ((profile_rules[i].sets & sets) && profile_rules[i].nr == nr)
            return true;
    }
    return false;
}

unsigned profile_count_calls(unsigned sets)
{
    unsigned num = 0;
    for (size_t i = 0; i < profile_num_rules; i++) {
        const struct rule *rule = &profile_rules[i];
        num += (rule->sets & sets) && !rule->refused && !has_call(sets, rule->nr, 0, i);
    }
    return num;
}

// Whether a rule for the call checks its arguments.
static bool is_checked(unsigned sets, int nr)
{
    for (size_t i = 0; i < profile_num_rules; i++) {
        const struct rule *rule = &profile_rules[i];
        if ((rule->sets & sets) && rule->nr == nr && rule->num_checks)
            return true;
    }
    return false;
}

// Prints the calls between two rows, each once.
static void list_calls(unsigned sets, size_t begin, size_t end)
{
    int column = WIDTH;
    for (size_t i = begin; i < end; i++) {
        int nr = profile_rules[i].nr;
        if (!(profile_rules[i].sets & sets) || profile_rules[i].refused ||
            has_call(sets, nr, begin, i))
            continue;
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);
        int len = (int)strlen(name ? name : "?") + is_checked(sets, nr) + 1;
        if (column + len > WIDTH)
            column = printf("\n%*s", MARGIN - 1, "") - 1;
        column += printf(" %s%s", name ? name : "?", is_checked(sets, nr) ? "*" : "");
        free(name);
    }
    printf("\n");
}

// Prints the calls of `sets`, purpose by purpose.
static void list_purposes(unsigned sets)
{
    for (size_t begin = 0, end; begin < profile_num_rules; begin = end) {
        bool any = false;
        for (end = begin + 1; end < profile_num_rules && !profile_rules[end].purpose; end++)
            any = any || (profile_rules[end].sets & sets);
        if (!any)
            continue;
        printf("    %s:", profile_rules[begin].purpose);
        list_calls(sets, begin, end);
    }
}

int profiles_list(void)
{
    printf("%-9s %5s %5s  %s\n", "profile", "calls", "most", "for");
    for (size_t i = 0; i < num_profiles; i++) {
        const struct profile *profile = &profiles[i];
        printf("%-9s %5u %5u  %s\n", profile->name, profile_count_calls(profile->sets),
               profile->max_calls, profile->purpose);
    }
    printf("\nEvery task (* with some arguments alone):\n");
    list_purposes(SET_PLAIN);
    for (size_t i = 0; i < num_profiles; i++) {
        if (profiles[i].sets == SET_PLAIN)
            continue;
        printf("\n%s, besides:\n", profiles[i].name);
        list_purposes((profiles[i].sets | profiles[i].start) & ~(unsigned)SET_PLAIN);
    }
    printf("\nAny task until its profile is in place, besides (%u calls, at most %u in all):\n",
           profile_count_calls(SET_LOADER), PROFILE_MAX_START);
    list_purposes(SET_LOADER);
    return 0;
}
