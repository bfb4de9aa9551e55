// A program whose command line is a command with arguments.
#include <resea/cmdline.h>
#include <resea/printf.h>
#include <string.h>

void main(const char *cmdline)
{
    char *cmd, *url, *path, *mode = NULL;
    cmdline_cmd("http-get");
    cmdline_arg(&url, "http-get", "url", false);
    cmdline_cmd("fs-read");
    cmdline_arg(&path, "fs-read", "path", false);
    cmdline_arg(&mode, "fs-read", "mode", true);
    cmdline_parse(cmdline, &cmd);

    if (!strcmp(cmd, "http-get")) {
        printf("get %s\n", url);
    } else if (!strcmp(cmd, "fs-read")) {
        printf("read '%s', %s\n", path, mode ? mode : "as it is");
    }
}
