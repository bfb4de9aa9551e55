// The page of figures, in the text format of Prometheus: those of the suite's tasks and of this
// server.
#include <inttypes.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include <stdlib.h>
#include <string.h>
#include "webapi.h"

#define METRICS_LEN (256u * 1024)

static uint64_t num_answers[6]; // the index is the first digit of the status, 1 to 5
static uint64_t num_bytes;

void metrics_count(unsigned status, uint64_t bytes)
{
    num_answers[status / 100 < 6 ? status / 100 : 0]++;
    num_bytes += bytes;
}

void metrics_count_bytes(uint64_t bytes)
{
    num_bytes += bytes;
}

bool metrics_write(struct text *text, size_t num_conns)
{
    char *tasks = malloc(METRICS_LEN);
    error_t err = tasks ? sys_kdebug("metrics", 7, tasks, METRICS_LEN) : ERR_NO_MEMORY;
    if (err == ERR_NOT_PERMITTED) { // then the page has the server's own figures alone
        text_printf(text, "# Figures of the tasks: 'rights = inspect' in the suite file\n");
        err = OK;
    } else if (IS_OK(err)) {
        text_add(text, tasks, strlen(tasks));
    }
    free(tasks);
    text_printf(text, "# HELP oolong_http_answers_total Answers of the web server.\n"
                      "# TYPE oolong_http_answers_total counter\n");
    for (unsigned i = 1; i < 6; i++)
        text_printf(text, "oolong_http_answers_total{status=\"%uxx\"} %" PRIu64 "\n", i,
                    num_answers[i]);
    text_printf(text,
                "# HELP oolong_http_bytes_total Bytes of answers, with their heads.\n"
                "# TYPE oolong_http_bytes_total counter\n"
                "oolong_http_bytes_total %" PRIu64 "\n"
                "# HELP oolong_http_connections Open connections.\n"
                "# TYPE oolong_http_connections gauge\n"
                "oolong_http_connections %zu\n",
                num_bytes, num_conns);
    return IS_OK(err);
}
