// Tests the names of messages and errors, the numbers in api.md, and the type word.

#include <message.h>
#include <resea/ipc.h>
#include <resea/syscall.h>
#include <string.h>
#include "run_tests.h"

START_TEST(errors_have_their_numbers_and_names)
{
    static const struct {
        error_t err;
        int number;
        const char *name;
    } table[] = {
        {OK, 0, "OK"},
        {ERR_NO_MEMORY, -1, "ERR_NO_MEMORY"},
        {ERR_NOT_PERMITTED, -2, "ERR_NOT_PERMITTED"},
        {ERR_WOULD_BLOCK, -3, "ERR_WOULD_BLOCK"},
        {ERR_ABORTED, -4, "ERR_ABORTED"},
        {ERR_TOO_LARGE, -5, "ERR_TOO_LARGE"},
        {ERR_TOO_SMALL, -6, "ERR_TOO_SMALL"},
        {ERR_NOT_FOUND, -7, "ERR_NOT_FOUND"},
        {ERR_INVALID_ARG, -8, "ERR_INVALID_ARG"},
        {ERR_INVALID_TASK, -9, "ERR_INVALID_TASK"},
        {ERR_ALREADY_EXISTS, -10, "ERR_ALREADY_EXISTS"},
        {ERR_UNAVAILABLE, -11, "ERR_UNAVAILABLE"},
        {ERR_NOT_ACCEPTABLE, -12, "ERR_NOT_ACCEPTABLE"},
        {ERR_EMPTY, -13, "ERR_EMPTY"},
        {DONT_REPLY, -14, "DONT_REPLY"},
        {ERR_IN_USE, -15, "ERR_IN_USE"},
        {ERR_TRY_AGAIN, -16, "ERR_TRY_AGAIN"},
        {ERR_END, -17, "ERR_END"},
        {ERR_TIMEOUT, -18, "ERR_TIMEOUT"},
        {ERR_NO_SPACE, -19, "ERR_NO_SPACE"},
        {ERR_NOT_EMPTY, -20, "ERR_NOT_EMPTY"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        ck_assert_int_eq(table[i].err, table[i].number);
        ck_assert_str_eq(err2str(table[i].err), table[i].name);
    }
    ck_assert_str_eq(err2str(5), "OK");
    ck_assert_str_eq(err2str(ERR_LAST - 1), "(unknown error)");
    ck_assert_str_eq(err2str(INT32_MIN), "(unknown error)");
}
END_TEST

START_TEST(messages_have_names)
{
    ck_assert_str_eq(msgtype2str(FS_OPEN_MSG), "fs.open");
    ck_assert_str_eq(msgtype2str(FS_OPEN_REPLY_MSG), "fs.open_reply");
    ck_assert_str_eq(msgtype2str(OOL_VERIFY_REPLY_MSG), "ool.verify_reply");
    ck_assert_str_eq(msgtype2str(NOTIFICATIONS_MSG), "notifications");
    ck_assert_str_eq(msgtype2str(TASK_EXITED_MSG), "task.exited");
    ck_assert_str_eq(msgtype2str(ERR_EMPTY), "ERR_EMPTY");
    // Two unknown numbers in one line.
    const char *a = msgtype2str(0x7abc);
    const char *b = msgtype2str(0x7abd);
    ck_assert_ptr_ne(strstr(a, "7abc"), NULL);
    ck_assert_ptr_ne(strstr(b, "7abd"), NULL);
}
END_TEST

START_TEST(a_message_is_256_bytes)
{
    ck_assert_uint_eq(sizeof(struct message), MESSAGE_SIZE);
    ck_assert_uint_eq(MESSAGE_SIZE, 256);
    ck_assert_uint_eq(offsetof(struct message, src), 4);
    ck_assert_uint_eq(offsetof(struct message, raw), 8);
    ck_assert_uint_eq(offsetof(struct message, ool_ptr), 8);
    ck_assert_uint_eq(offsetof(struct message, ool_len), 16);
    ck_assert_uint_eq(offsetof(struct message, fs_open.path), 8);
    ck_assert_uint_eq(offsetof(struct message, fs_write.data), 8);
    ck_assert_uint_eq(offsetof(struct message, fs_write.data_len), 16);
    ck_assert_uint_ge(offsetof(struct message, fs_write.handle), 24);
}
END_TEST

START_TEST(the_type_word_says_what_a_message_carries)
{
    ck_assert_int_eq(MSG_STR, 1 << 30);
    ck_assert_int_eq(MSG_OOL, 1 << 29);
    ck_assert_int_eq(FS_OPEN_MSG & (MSG_STR | MSG_OOL), MSG_STR | MSG_OOL);
    ck_assert_int_eq(FS_WRITE_MSG & (MSG_STR | MSG_OOL), MSG_OOL);
    ck_assert_int_eq(FS_CLOSE_MSG & ~0xffff, 0);
    ck_assert_int_eq(MSG_ID(FS_OPEN_MSG), FS_OPEN_MSG & 0xffff);
    ck_assert_int_eq(MSG_ID(FS_OPEN_REPLY_MSG), MSG_ID(FS_OPEN_MSG) | MSG_REPLY_BIT);
    ck_assert_int_ne(MSG_ID(FS_OPEN_MSG), 0);
    ck_assert_int_eq(MSG_NUM_PAYLOADS(FS_OPEN_MSG), 1);
    ck_assert_int_eq(MSG_NUM_PAYLOADS(FS_CLOSE_MSG), 0);
    ck_assert_int_eq(MSG_NUM_PAYLOADS(MSG_OOL | 3 << 16 | 1), 4);
    ck_assert_int_eq(MSG_NUM_PAYLOADS(3 << 16 | 1), 0);
    ck_assert(MSG_PAYLOAD_IS_STR(MSG_STR | MSG_OOL, 0) && !MSG_PAYLOAD_IS_STR(MSG_OOL, 0));
    for (int k = 1; k < MSG_MAX_PAYLOADS; k++) {
        ck_assert(MSG_PAYLOAD_IS_STR(MSG_OOL | 3 << 16 | 1 << (17 + k), k));
        ck_assert(!MSG_PAYLOAD_IS_STR(MSG_OOL | 3 << 16 | (7 << 18 & ~(1 << (17 + k))), k));
    }
    ck_assert_int_eq(FS_OPEN_MSG & MSG_RESERVED_BITS, 0);
}
END_TEST

START_TEST(other_numbers_are_those_of_the_interface)
{
    ck_assert_int_eq(IPC_ANY, 0);
    ck_assert_int_eq(KERNEL_TASK, 0);
    ck_assert_int_eq(INIT_TASK, 1);
    ck_assert_int_eq(VM_TASK, 1);
    ck_assert_int_eq(NOTIFY_TIMER, 1);
    ck_assert_int_eq(NOTIFY_IRQ, 2);
    ck_assert_int_eq(NOTIFY_ABORTED, 4);
    ck_assert_int_eq(NOTIFY_ASYNC, 8);
    ck_assert_int_eq(IPC_SEND, 1);
    ck_assert_int_eq(IPC_RECV, 2);
    ck_assert_int_eq(IPC_CALL, 3);
    ck_assert_int_eq(IPC_NOBLOCK, 4);
    ck_assert_int_eq(PAGE_SIZE, 4096);
    ck_assert_uint_eq(sizeof(offset_t), 8);
    ck_assert_uint_eq(sizeof(task_t), 4);
    ck_assert_uint_eq(sizeof(notifications_t), 1);
}
END_TEST

RUN_TESTS("names", errors_have_their_numbers_and_names, messages_have_names, a_message_is_256_bytes,
          the_type_word_says_what_a_message_carries, other_numbers_are_those_of_the_interface)
