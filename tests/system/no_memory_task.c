// A task in which one allocation fails at the start: the list of its files. The wrapper of calloc()
// recognizes the list by its length, which is NUM_FILES files and an end.
#include <stdio.h>
#include <stdlib.h>
#include <resea/task.h>

#define NUM_FILES 23

void *__real_calloc(size_t num, size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_calloc(size_t num, size_t size)
{
    return num == NUM_FILES + 1 ? NULL : __real_calloc(num, size);
}

int main(void)
{
    printf("started with file 0 as %d\n", task_file("f0"));
    return 0;
}
