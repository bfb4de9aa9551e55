// many: makes COUNT files of BYTES bytes in FOLDER, one after the other, and prints the
// microseconds for each file: many FOLDER COUNT BYTES. For tests/bench/fuse and the test
// ext4_counts.
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
    static const char content[4096];
    char name[32];
    long count = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    ssize_t len = argc == 4 ? strtol(argv[3], NULL, 10) : -1;
    if (count <= 0 || len < 0 || len > (ssize_t)sizeof(content) || chdir(argv[1]) < 0) {
        fprintf(stderr, "usage: many FOLDER COUNT BYTES (at most 4096)\n");
        return 2;
    }
    double begin = now_us();
    for (long i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "file%ld", i);
        int fd = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
        if (fd < 0 || write(fd, content, (size_t)len) != len || close(fd) < 0) {
            perror(name);
            return 1;
        }
    }
    printf("%.1f\n", (now_us() - begin) / (double)count);
    return 0;
}
