// Checks at the end that nothing is left over: processes, descriptors, mappings, messages.

#include <stdio.h>
#include <unistd.h>
#include "chaos.h"

#define NUM_PLACES 22 // roles in chaos.ini

static struct census {
    int children;
    int zombies;
    int launcher_fds;
    int launcher_pages;
    int vm_fds;
    int vm_pages;
    int unrelated_fds; // of the nurse and the pairs
} first;

static bool is_worker(int place)
{
    return place > 0 && place != BOARD_FIRST_VICTIM - 1;
}

static bool all_work(const struct board *board, const uint64_t since[NUM_PLACES])
{
    for (int i = 0; i < NUM_PLACES; i++) {
        if (is_worker(i) && atomic_load(&board->roles[i].progress) <= since[i])
            return false;
    }
    return true;
}

bool census_wait_until_all_work(struct chaos *chaos)
{
    uint64_t since[NUM_PLACES];
    for (int i = 0; i < NUM_PLACES; i++)
        since[i] = atomic_load(&chaos->host.board->roles[i].progress) + 2;
    return AWAIT(20000, all_work(chaos->host.board, since));
}

static struct census take(struct chaos *chaos)
{
    struct child children[MAX_CHILDREN];
    struct host *host = &chaos->host;
    struct census now = {.children = host_children(host, children)};
    for (int i = 0; i < now.children; i++) {
        if (children[i].place == -1)
            host->vm = children[i].pid;
        if (children[i].place >= 0 && children[i].place < BOARD_FIRST_VICTIM)
            now.unrelated_fds += host_count_fds(children[i].pid);
        now.zombies += children[i].state == 'Z';
    }
    now.launcher_fds = host_count_fds(host->launcher);
    now.launcher_pages = host_count_pages(host->launcher);
    now.vm_fds = host_count_fds(host->vm);
    now.vm_pages = host_count_pages(host->vm);
    return now;
}

static void print(const char *when, const struct census *c)
{
    printf("%s: %d processes, %d zombies; descriptors: launcher %d, vm %d, nurse and pairs %d; "
           "shared memory mapped: launcher %d, vm %d\n",
           when, c->children, c->zombies, c->launcher_fds, c->vm_fds, c->unrelated_fds,
           c->launcher_pages, c->vm_pages);
}

static bool is_steady(struct chaos *chaos)
{
    struct census before = first;
    first = take(chaos);
    return !memcmp(&before, &first, sizeof(first)) && first.children == NUM_PLACES;
}

void census_first(struct chaos *chaos)
{
    if (!AWAIT(5000, is_steady(chaos)))
        violation(chaos, "the suite does not come to rest");
    print("before", &first);
}

void census_compare(struct chaos *chaos)
{
    struct census now;
    bool same = AWAIT(5000, (now = take(chaos), !memcmp(&now, &first, sizeof(now))));
    print("after", &now);
    if (!same)
        violation(chaos, "something is left of what ended, or missing");
}

static void check_role(struct chaos *chaos, int place)
{
    struct board_role *role = &chaos->host.board->roles[place];
    if (atomic_load(&role->corrupt) || atomic_load(&role->lost) || atomic_load(&role->odd))
        violation(chaos, "role %d: %u payloads corrupt, %u messages lost, %u wrong errors (%d)",
                  place, atomic_load(&role->corrupt), atomic_load(&role->lost),
                  atomic_load(&role->odd), atomic_load(&role->odd_error));
}

// Client and server of a pair must have counted the same.
static void check_pairs(struct chaos *chaos)
{
    struct board *board = chaos->host.board;
    uint64_t messages = 0, slowest_ns = 0;
    atomic_store(&board->stop, 1);
    for (int place = 1; place < BOARD_FIRST_VICTIM - 1; place += 2) {
        struct board_role *server = &board->roles[place], *client = &board->roles[place + 1];
        if (!AWAIT(5000, atomic_load(&server->progress) == atomic_load(&client->progress)))
            violation(chaos, "pair at %d: %llu sent, %llu received", place,
                      (unsigned long long)atomic_load(&client->progress),
                      (unsigned long long)atomic_load(&server->progress));
        messages += atomic_load(&server->progress);
        if (atomic_load(&client->slowest_ns) > slowest_ns)
            slowest_ns = atomic_load(&client->slowest_ns);
    }
    printf("unrelated pairs: %llu messages, their slowest exchange %.1f ms\n",
           (unsigned long long)messages, (double)slowest_ns / 1e6);
    atomic_store(&board->stop, 0);
}

void census_check_board(struct chaos *chaos)
{
    uint64_t all = 0, aborted = 0;
    check_pairs(chaos);
    for (int i = 0; i < NUM_PLACES; i++) {
        check_role(chaos, i);
        all += atomic_load(&chaos->host.board->roles[i].progress);
        aborted += atomic_load(&chaos->host.board->roles[i].aborted);
    }
    printf("all roles: %llu pieces of work, %llu waits that ended with their peer\n",
           (unsigned long long)all, (unsigned long long)aborted);
}

void census_check_output(struct chaos *chaos)
{
    static const char *const bad[] = {"CHECK FAILED", "panic",         "ended the channel",
                                      ": killed",     "Sanitizer",     "vm ended",
                                      "deadlock",     "runtime error", "oops:"};
    char line[1024];
    lseek(chaos->host.output, 0, SEEK_SET);
    FILE *file = fdopen(dup(chaos->host.output), "r");
    while (file && fgets(line, sizeof(line), file)) {
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            if (strstr(line, bad[i]))
                violation(chaos, "the suite says: %s", line);
        }
    }
    if (file)
        fclose(file);
}
