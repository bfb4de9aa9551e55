// Has the table of commands. Runs one line.
#include "shell.h"
#include <idl/random.h>
#include <idl/rtc.h>
#include <resea/printf.h>
#include <string.h>

static bool cmd_help(unsigned argc, char **argv);

static bool cmd_random(unsigned argc, char **argv)
{
    task_t random;
    unsigned long long count = 1;
    if (argc > 1 && !parse_number(argv[1], 10000, &count))
        return complain(argv[1], ERR_INVALID_ARG);
    if (!find_service("random", &random))
        return false;
    while (count-- > 0) {
        uint32_t number;
        error_t err = random_get_random(random, &number);
        if (IS_ERROR(err))
            return complain("random", err);
        printf("%u\n", number);
    }
    return true;
}

static bool cmd_date(unsigned argc, char **argv)
{
    (void)argc, (void)argv;
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    task_t rtc;
    uint32_t year;
    uint8_t month, day, day_of_week, hour, minute, second;
    if (!find_service("rtc", &rtc))
        return false;
    error_t err = rtc_read(rtc, &year, &month, &day, &day_of_week, &hour, &minute, &second);
    if (IS_ERROR(err))
        return complain("rtc", err);
    printf("%s %04u-%02u-%02u %02u:%02u:%02u UTC\n", days[(day_of_week + 6u) % 7], year, month, day,
           hour, minute, second);
    return true;
}

const struct command commands[] = {
    {"help", "[COMMAND]", "say what commands there are", 0, 1, cmd_help},
    {"ps", "", "list tasks: process, state, messages sent and received", 0, 0, cmd_ps},
    {"ls", "[DIR]", "list a directory, the root without one", 0, 1, cmd_ls},
    {"cat", "FILE...", "print files", 1, WORDS_MAX, cmd_cat},
    {"stat", "PATH", "tell everything about a path", 1, 1, cmd_stat},
    {"write", "FILE TEXT", "write a line to a file, creating it", 2, 2, cmd_write},
    {"hexdump", "FILE [LEN [OFFSET]]", "print bytes of a file, 256 without LEN", 1, 3, cmd_hexdump},
    {"mkdir", "DIR...", "make directories", 1, WORDS_MAX, cmd_mkdir},
    {"rmdir", "DIR...", "remove empty directories", 1, WORDS_MAX, cmd_rmdir},
    {"rm", "FILE...", "remove files", 1, WORDS_MAX, cmd_rm},
    {"mv", "FROM TO", "give a file or a directory another name", 2, 2, cmd_mv},
    {"cp", "FROM TO", "copy a file", 2, 2, cmd_cp},
    {"ln", "[-s] TARGET PATH", "give a file a second name, or make a symbolic link", 2, 3, cmd_ln},
    {"chmod", "MODE PATH", "set permissions, in octal", 2, 2, cmd_chmod},
    {"truncate", "FILE SIZE", "set the size of a file", 2, 2, cmd_truncate},
    {"sync", "", "bring all changes to the disk", 0, 0, cmd_sync},
    {"df", "", "tell how large the file system is, and what is left", 0, 0, cmd_df},
    {"ping", "HOST [COUNT]", "send echo requests, 4 without COUNT", 1, 2, cmd_ping},
    {"dns", "NAME", "print the address of a name", 1, 1, cmd_dns},
    {"http-get", "URL", "print what a web server answers", 1, 1, cmd_http_get},
    {"random", "[COUNT]", "print random numbers", 0, 1, cmd_random},
    {"date", "", "print date and time", 0, 0, cmd_date},
    {"launch", "NAME [ARG...]", "start a task and watch it", 1, WORDS_MAX, cmd_launch},
    {"watch", "TASK", "tell when a task ends; in a script, wait for it", 1, 1, cmd_watch},
    {"kill", "TASK", "end a task, by its number or name", 1, 1, cmd_kill},
    {"quit", "[STATUS]", "end the suite, where the suite allows it, else the shell", 0, 1,
     cmd_quit},
};
const size_t num_commands = sizeof(commands) / sizeof(commands[0]);

static bool cmd_help(unsigned argc, char **argv)
{
    bool found = false;
    for (size_t i = 0; i < num_commands; i++) {
        const struct command *command = &commands[i];
        if (argc > 1 && strcmp(argv[1], command->name) != 0)
            continue;
        char synopsis[64];
        snprintf(synopsis, sizeof(synopsis), "%s %s", command->name, command->usage);
        printf("%-28s %s\n", synopsis, command->help);
        found = true;
    }
    return found || complain(argv[1], ERR_NOT_FOUND);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < num_commands; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

bool run_line(char *line)
{
    char *words[WORDS_MAX];
    int num = split_words(line, words);
    if (num < 0)
        return complain("the line", num);
    if (num == 0)
        return true;

    const struct command *command = find_command(words[0]);
    if (!command) {
        fprintf(errors(), "%s: no such command; try \"help\"\n", words[0]);
        return false;
    }
    unsigned num_args = (unsigned)num - 1;
    if (num_args < command->min_args || num_args > command->max_args) {
        fprintf(errors(), "usage: %s %s\n", command->name, command->usage);
        return false;
    }
    bool ok = command->run((unsigned)num, words);
    fflush(stdout);
    return ok;
}
