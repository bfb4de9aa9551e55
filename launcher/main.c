// The command line of `oolong`. Its commands are in run.c, doctor.c and profiles_list.c.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <oolong/types.h>
#include <oolong/wire_version.h>
#include "doctor.h"
#include "mask.h"
#include "profiles.h"
#include "run.h"
#include "signals.h"

#define EXIT_USAGE 2

static const char help_text[] =
    "Usage: oolong COMMAND [OPTION]...\n"
    "Runs microkernel-style servers as Linux processes.\n"
    "\n"
    "  oolong run SUITE.ini     boot a suite and run it until it ends or is interrupted\n"
    "  oolong check SUITE.ini   say what is wrong with a suite file, start nothing\n"
    "  oolong doctor            say what this host allows, and what to do\n"
    "  oolong profiles          list the system calls that each profile allows\n"
    "\n"
    "Options of run and check:\n"
    "  -s, --set KEY=VALUE      give ${KEY} a value in the suite file\n"
    "  -m, --main 'TASK ARGS'   add a task: its standard output is this command's, its end ends\n"
    "                           the suite, and its exit status is this command's\n"
    "  -g, --gdb TASK           start one task under gdb, in this terminal\n"
    "  -v, --verbose            tell what starts and ends; twice: each request too\n"
    "      --help               show this and exit\n"
    "      --version            show the version and exit\n"
    "\n"
    "Exit status of run: that of the main task (128 + N when signal N ended it, 127 when it could\n"
    "not be started), 0 when a task ended the suite, 129, 130, 143 after SIGHUP, Ctrl-C, SIGTERM,\n"
    "1 when the suite is wrong, a vital task or vm ended, or there is no memory, 2 when the\n"
    "arguments are wrong.\n"
    "\n"
    "See oolong(1) and oolong-suite(5).\n";

static const struct option long_options[] = {
    {"set", required_argument, NULL, 's'},
    {"main", required_argument, NULL, 'm'},
    {"gdb", required_argument, NULL, 'g'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static void __noreturn usage_error(const char *text, const char *what)
{
    mask_print(stderr, "oolong: %s%s", text, what);
    fputs("Try 'oolong --help'.\n", stderr);
    exit(EXIT_USAGE);
}

static void add_setting(struct run_options *options, const char *text)
{
    if (!strchr(text, '=') || *text == '=')
        usage_error("--set takes KEY=VALUE, not ", text);
    strings_add(&options->settings.pairs, text);
}

static void set_main(struct run_options *options, const char *text)
{
    if (options->main.len)
        usage_error("--main is given twice", "");
    const char *error = split_command(text, &options->main);
    if (error)
        usage_error("--main: ", error);
    if (!options->main.len)
        usage_error("--main names no task", "");
}

// Output that could not be written is a failure.
static int finish_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "oolong: standard output: %s\n", error_text(errno));
    return status ? status : 1;
}

static void parse_options(struct run_options *options, int argc, char **argv)
{
    int option;
    opterr = 0; // its own messages are not masked
    while ((option = getopt_long(argc, argv, ":s:m:g:vh", long_options, NULL)) >= 0) {
        switch (option) {
        case 's':
            add_setting(options, optarg);
            break;
        case 'm':
            set_main(options, optarg);
            break;
        case 'g':
            options->debug = optarg;
            break;
        case 'v':
            options->verbose++;
            break;
        case 'h':
            fputs(help_text, stdout);
            exit(finish_output(0));
        case 'V':
            printf("oolong %s (wire %x)\n", OOLONG_VERSION, WIRE_VERSION);
            exit(finish_output(0));
        case ':':
            usage_error("a value is missing behind ", argv[optind - 1]);
        default:
            usage_error("option not understood: ", optopt > 0 && optopt < 0x7f
                                                       ? (char[]){'-', (char)optopt, 0}
                                                       : argv[optind - 1]);
        }
    }
    if (optind == argc)
        return;
    options->path = argv[optind];
    if (optind + 1 < argc)
        usage_error("one argument too many: ", argv[optind + 1]);
}

// If the parent has closed one of the descriptors 0 to 2, the next opened file would get its
// number. The replacement for standard output is read-only, so that writing to it still fails.
static void hold_standard_descriptors(void)
{
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(1);
    }
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    signals_reset();
    struct run_options options = {0};
    const char *command = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
    if (command) { // getopt gets the rest, after the name of the program
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    parse_options(&options, argc, argv);
    if (!command)
        usage_error("no command: run, check, doctor or profiles", "");
    bool is_doctor = !strcmp(command, "doctor");
    if (is_doctor || !strcmp(command, "profiles")) {
        if (options.path)
            usage_error(command, " takes no argument");
        return finish_output(is_doctor ? doctor() : profiles_list());
    }
    bool is_run = !strcmp(command, "run");
    if (!is_run && strcmp(command, "check"))
        usage_error("unknown command ", command);
    if (!options.path)
        usage_error(command, " takes a suite file");
    int status = is_run ? run_suite(&options) : check_suite(&options);
    strings_free(&options.main);
    strings_free(&options.settings.pairs);
    return is_run ? status : finish_output(status);
}
