// Pulls messages from a server whose main loop is idlc's skeleton.
#include <idl/feed.h>
#include <resea/async.h>
#include <resea/ipc.h>
#include <resea/printf.h>
#include <unittest.h>

static task_t feed;

static void pull(int number)
{
    struct message m;
    ASSERT_OK(async_recv(feed, &m));
    TEST_EXPECT_EQ(m.type, FEED_ITEM_MSG);
    TEST_EXPECT_EQ(m.src, feed);
    TEST_EXPECT_EQ(m.feed_item.number, number);
}

static void await_items(void)
{
    struct message m;
    ASSERT_OK(ipc_recv(IPC_ANY, &m));
    TEST_EXPECT_EQ(m.type, NOTIFICATIONS_MSG);
    TEST_ASSERT(m.notifications.data & NOTIFY_ASYNC);
}

void main(void)
{
    struct message m;
    feed = ipc_lookup("feed");
    ASSERT_OK(feed);
    TEST_EXPECT_EQ(async_recv(feed, &m), ERR_EMPTY);
    ASSERT_OK(feed_subscribe(feed, 3));
    // A pull that leaves items in the queue is followed by another notification.
    for (int i = 0; i < 3; i++) {
        await_items();
        pull(i);
    }
    TEST_EXPECT_EQ(async_recv(feed, &m), ERR_EMPTY);
    // Calls work while items are queued.
    ASSERT_OK(feed_subscribe(feed, 2));
    pull(0);
    ASSERT_OK(feed_subscribe(feed, 1));
    pull(1);
    pull(0);
    TEST_EXPECT_EQ(async_recv(feed, &m), ERR_EMPTY);
    printf("6 items were pulled\n");
}
