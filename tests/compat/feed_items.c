// The handler of the skeleton that idlc writes for feed.idl.
#include <idl/feed.h>

error_t queue_items(task_t client, int count);

error_t queue_items(task_t client, int count)
{
    for (int i = 0; i < count; i++) {
        error_t err = feed_item(client, i);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}
