// The command line of idlc, the interface compiler.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "compile.h"
#include "diag.h"
#include "emit.h"
#include "parser.h"
#include "source.h"
#include "stale.h"

#ifndef IDLC_VERSION
#define IDLC_VERSION "unknown"
#endif

#define EXIT_USAGE 2

struct options {
    const char *out_dir;
    const char *skeleton; // a namespace
    const char *depfile;
    bool check;
};

static const char help[] =
    "Usage: idlc --out-dir DIR FILE...\n"
    "       idlc --skeleton NAMESPACE FILE...\n"
    "       idlc --check FILE...\n"
    "\n"
    "Compiles interfaces (.idl files) to C. The FILE - is standard input.\n"
    "\n"
    "  --out-dir DIR         write below DIR: oolong/idl.h, idl/NAMESPACE.h (calls),\n"
    "                        idl/NAMESPACE_server.h (dispatch), idl_tables.c,\n"
    "                        reference.html and idl.json\n"
    "  --skeleton NAMESPACE  print a server's main.c for a namespace\n"
    "  --depfile FILE        with --out-dir: write the files that were read to FILE, for make\n"
    "  --check               report errors and write nothing\n"
    "  --help                print this help\n"
    "  --version             print the version\n"
    "\n"
    "The exit status is 0, 1 if the files have errors (then nothing is written), or 2 if\n"
    "the command line is wrong. See idlc(1).\n";

static int usage_error(const char *message)
{
    fprintf(stderr, "idlc: error: %s\n", message);
    fputs("Try `idlc --help`.\n", stderr);
    return EXIT_USAGE;
}

static int print(const char *text)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) != 0) {
        perror("idlc: error: standard output");
        return 1;
    }
    return 0;
}

static int print_skeleton(const struct program *program, const char *name)
{
    for (const struct namespace *ns = program->namespaces; ns; ns = ns->next) {
        if (!ns->parent || !ns->messages || strcmp(ns->name, name) != 0)
            continue;
        struct text text = {0};
        emit_skeleton(ns, &text);
        int status = print(text.chars);
        text_free(&text);
        return status;
    }
    fprintf(stderr, "idlc: error: no namespace `%s` with messages in these files\n", name);
    return 1;
}

// Writes a file name with make's escapes.
static void put_make_name(struct text *text, const char *path)
{
    for (; *path; path++) {
        if (strchr(" \t#\\", *path))
            text_putc(text, '\\');
        if (*path == '$')
            text_putc(text, '$');
        text_putc(text, *path);
    }
}

// The dependencies: the files that were read, and the folders that patterns were looked up in.
static void put_inputs(const struct program *program, struct text *text, const char *before,
                       const char *behind)
{
    for (const struct source *source = program->sources; source; source = source->next) {
        if (source->is_stdin)
            continue;
        text_puts(text, before);
        put_make_name(text, source->path);
        text_puts(text, behind);
    }
    for (const struct folder *folder = program->folders; folder; folder = folder->next) {
        text_puts(text, before);
        put_make_name(text, folder->path);
        text_puts(text, behind);
    }
}

// The second part is a rule without a recipe for each file, so that make does not fail when a file
// is gone.
static void put_depfile(const struct program *program, struct text *text, const char *out_dir)
{
    put_make_name(text, out_dir);
    text_puts(text, "/oolong/idl.h:");
    put_inputs(program, text, " \\\n ", "");
    text_putc(text, '\n');
    put_inputs(program, text, "", ":\n");
}

static bool write_output(const struct program *program, const struct options *options)
{
    struct output output;
    output_init(&output);
    compile_emit(program, &output);
    if (options->depfile)
        put_depfile(program, output_add_depfile(&output, options->depfile), options->out_dir);
    bool ok = output_write(&output, options->out_dir) && stale_remove(&output, options->out_dir);
    output_free(&output);
    return ok;
}

static int compile(const struct options *options, char **paths)
{
    int status = 1;
    struct program *program = program_new();
    for (; *paths; paths++)
        parser_add_file(program, *paths);

    bool is_good = compile_check(program);
    diag_print(program, stderr);
    if (!is_good) {
        status = 1;
    } else if (options->skeleton) {
        status = print_skeleton(program, options->skeleton);
    } else if (options->check) {
        status = 0;
    } else {
        status = write_output(program, options) ? 0 : 1;
    }
    program_free(program);
    return status;
}

static int run(const struct options *options, char **paths)
{
    int num_modes = (options->out_dir != NULL) + (options->skeleton != NULL) + options->check;
    if (num_modes != 1)
        return usage_error("give one of --out-dir, --skeleton and --check");
    if (!*paths)
        return usage_error("no files");
    if (options->out_dir && !options->out_dir[0])
        return usage_error("--out-dir names no folder");
    if (options->depfile && !options->out_dir)
        return usage_error("--depfile goes with --out-dir");
    return compile(options, paths);
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {{"out-dir", required_argument, NULL, 'o'},
                                                 {"skeleton", required_argument, NULL, 's'},
                                                 {"depfile", required_argument, NULL, 'd'},
                                                 {"check", no_argument, NULL, 'c'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {"version", no_argument, NULL, 'v'},
                                                 {0}};
    struct options options = {0};
    int option;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        switch (option) {
        case 'o':
            options.out_dir = optarg;
            break;
        case 's':
            options.skeleton = optarg;
            break;
        case 'd':
            options.depfile = optarg;
            break;
        case 'c':
            options.check = true;
            break;
        case 'h':
            return print(help);
        case 'v':
            return print("idlc " IDLC_VERSION "\n");
        default:
            fputs("Try `idlc --help`.\n", stderr);
            return EXIT_USAGE;
        }
    }
    return run(&options, argv + optind);
}
