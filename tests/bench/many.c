// many: makes COUNT empty files in FOLDER, one after the other, and prints the microseconds that
// one took: many FOLDER COUNT. For tests/bench/fuse.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
    char name[32];
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (count <= 0 || chdir(argv[1]) < 0) {
        fprintf(stderr, "usage: many FOLDER COUNT\n");
        return 2;
    }
    double begin = now_us();
    for (long i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "file%ld", i);
        int fd = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
        if (fd < 0 || close(fd) < 0) {
            perror(name);
            return 1;
        }
    }
    printf("%.1f\n", (now_us() - begin) / (double)count);
    return 0;
}
