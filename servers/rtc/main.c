// rtc: serves `rtc`, the calendar clock in UTC. It is written without idlc's generated dispatch, as
// servers for Resea are.
//
// Sandbox: profile "plain".
#include <message.h>
#include <resea/datetime.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <time.h>

static void read_clock(struct message *m)
{
    struct timespec now;
    struct datetime date;
    clock_gettime(CLOCK_REALTIME, &now);
    timestamp_to_datetime((uint64_t)now.tv_sec, &date);

    m->type = RTC_READ_REPLY_MSG;
    m->rtc_read_reply.year = date.year;
    m->rtc_read_reply.month = date.month;
    m->rtc_read_reply.day = date.day;
    m->rtc_read_reply.day_of_week = date.day_of_week;
    m->rtc_read_reply.hour = date.hour;
    m->rtc_read_reply.minute = date.minute;
    m->rtc_read_reply.second = date.second;
}

void main(void)
{
    ASSERT_OK(ipc_serve("rtc"));
    while (true) {
        struct message m;
        if (IS_ERROR(ipc_recv(IPC_ANY, &m)))
            continue;

        switch (m.type) {
        case RTC_READ_MSG:
            read_clock(&m);
            ipc_reply(m.src, &m);
            break;
        default:
            discard_unknown_message(&m);
        }
    }
}
