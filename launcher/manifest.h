// The contents of a suite file as data: the tasks and what each may do. suite_file.h reads the
// file.
#ifndef LAUNCHER_MANIFEST_H
#define LAUNCHER_MANIFEST_H

#include "util.h"

enum restart_policy {
    RESTART_NEVER = 0,
    RESTART_ON_FAILURE, // after a crash or an exit status that is not 0
    RESTART_ALWAYS,
};

// How often a task may be started again.
struct restart_limit {
    unsigned num;     // or RESTART_UNLIMITED; 0: the suite's limit
    unsigned seconds; // of the period, which begins with the first restart
};
#define RESTART_UNLIMITED (~0u)

#define CPU_AUTO (-2) // the launcher chooses the core: see placement.h
#define CPU_ANY  (-1) // no affinity
#define CORE_ANY (-2) // chosen for CPU_AUTO: no affinity

// How messages of a channel travel.
enum transport {
    TRANSPORT_AUTO = 0, // shared memory where the host has what it needs
    TRANSPORT_SHM,
    TRANSPORT_SOCKET,
};

#define DEFAULT_RING     (512u << 10) // small enough for a near cache
#define SHARED_AS_MEMORY UINT64_MAX   // shared_memory is not given: as much as `memory`
#define SMALL_RING       (64u << 10)

// A file that the launcher opens for a task and hands to it by name.
struct spec_file {
    char *name;
    char *path; // as the launcher opens it
    bool writable;
    bool is_tap;   // not a file: `path` is the name of a TAP interface
    bool is_mount; // mount.NAME: the folder where the task serves a file system to the host
    int line;      // of the suite file
};

// One [task NAME], or a launched program that is not in the suite file.
struct task_spec {
    char *name;
    char *program;         // absolute path, or the name of an installed program
    struct strings args;   // without the program's name
    struct strings calls;  // tasks that it may call
    bool calls_any;        // calls = *
    struct strings serves; // names that it may serve; "*" means any
    char *profile;         // sandbox profile
    enum restart_policy restart;
    struct restart_limit restart_limit;
    unsigned rights;             // enum task_rights
    bool console;                // has the command's standard input and output
    bool autostart;              // is started with the suite
    bool is_main;                // its end ends the suite, with its exit status
    bool vital;                  // its failure ends the suite
    uint64_t memory;             // limit of its address space in bytes; 0: none
    uint64_t shared_memory;      // limit of the segments and pages that vm makes for it, in bytes
    unsigned files;              // limit of descriptors
    uint64_t ool_len;            // largest payload that it receives, in bytes
    int cpu;                     // CPU_AUTO, CPU_ANY or a number
    int core;                    // for CPU_AUTO, set by placement_choose(); -1: vm's
    enum transport transport;    // of its channels; AUTO: as the suite says
    struct strings shm_peers;    // transport.PEER = shm: tasks,
    struct strings socket_peers; // and = socket
    uint32_t ring_size;          // of its channels with shared memory, in bytes, a power of two
    struct spec_file *file;
    size_t num_files;
    int line;         // of the section's head; 0 when it is not in the file
    int program_line; // of `program`, or as `line`
    int profile_line;
    bool program_unknown;       // `program` has an error: do not look for it
    bool restart_due;           // it has ended and will be started again
    unsigned failures;          // in a row; they decide how long a restart waits
    unsigned num_restarts;      // that count for the limit
    uint64_t restarts_since_ns; // when the first of them was
    uint64_t shared_bytes;      // segments and pages that are charged to it
    bool shared_told;           // the user was told that it asked for too much
    struct task_spec *next;
};

// The errors of a suite file, as they were found.
struct diagnostics {
    struct diagnostic {
        int line; // 0: the file as a whole
        char *text;
    } * items;
    size_t len;
};

struct settings;

struct manifest {
    const struct settings *settings; // while it is read
    char *path;                      // of the suite file, as the user gave it
    char *dir;                       // its folder, with a '/' at the end, or ""
    char *name;
    uint32_t lookup_timeout_ms; // 0: for ever
    char *vm_program;
    enum transport transport;
    struct restart_limit restart_limit; // of tasks without a limit of their own
    bool shm_works;                     // the host supports shared memory; set by run.c
    struct task_spec *tasks;            // in the order of the file
    struct strings left_out; // names of tasks whose [task NAME if KEY] has a KEY that was not set
    struct diagnostics errors;
};

void manifest_free(struct manifest *mf);

struct task_spec *manifest_find(const struct manifest *mf, const char *name);

// Sets the defaults of a spec.
void task_spec_init(struct task_spec *task);

// Adds a spec for [task NAME] in line `line`.
struct task_spec *manifest_add_task(struct manifest *mf, const char *name, int line);

// Adds a spec for a program that is not in the suite file: profile plain, calls = *, serves
// nothing, no rights. `program` is a name, or a path (relative to the suite file) whose last part
// becomes the task's name.
struct task_spec *manifest_add_program(struct manifest *mf, const char *program);

// Whether the suite lets two tasks talk: one of them names the other in `calls`.
bool manifest_may_talk(const struct task_spec *a, const struct task_spec *b);

// Whether two tasks talk through shared memory. Precedence: transport.PEER of either task, then
// transport of either task, then the suite's. On a conflict, the socket wins.
bool manifest_uses_shm(const struct manifest *mf, const struct task_spec *a,
                       const struct task_spec *b);

// Whether the suite or one of its tasks says shm, not just auto.
bool manifest_insists_on_shm(const struct manifest *mf);

// "auto", "shm" or "socket". False: it is none of these.
bool manifest_parse_transport(const char *value, enum transport *transport);

#endif
