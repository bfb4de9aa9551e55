// A journal with one transaction at a time. A commit has four steps: write the blocks to the
// journal; mark the transaction as valid in the journal's superblock; write the blocks to their
// places; mark the journal as empty. The device is flushed between the steps, so that they reach it
// in this order. The journal has no checksums and no revoked blocks. Journals that have them are
// not replayed here.
#include "journal.h"
#include <resea/printf.h>
#include <stdlib.h>
#include <string.h>
#include "io.h"

// Numbers in the journal are big-endian.
#define MAGIC           0xc03b3998u
#define TYPE_DESCRIPTOR 1u
#define TYPE_COMMIT     2u
#define TYPE_SUPER      4u // the second version, which has features

#define FEATURE_64BIT 2u // block numbers have an upper half

#define TAG_ESCAPED   1u // the block began with the magic number, which was replaced by 0
#define TAG_SAME_UUID 2u
#define TAG_LAST      8u

#define MAX_BLOCKS  8192u // blocks of the journal that are used, at most
#define HEADER_LEN  12u
#define UUID_LEN    16u
#define PIECE_BYTES (256u * 1024)

// Offsets in the journal's superblock.
enum {
    SB_BLOCK_SIZE = 12,
    SB_NUM_BLOCKS = 16,
    SB_FIRST = 20,
    SB_SEQUENCE = 24,
    SB_START = 28,
    SB_COMPAT = 36,
    SB_INCOMPAT = 40,
    SB_RO_COMPAT = 44,
    SB_UUID = 48,
    SB_CHECKSUM_TYPE = 80,
    SB_CHECKSUM = 252,
};

struct journal {
    struct cache *cache;
    size_t block_size;
    bool wide;         // FEATURE_64BIT
    uint32_t sequence; // number of the next transaction
    uint32_t first;    // block of the journal where transactions begin
    uint32_t len;
    uint64_t *map; // for each block of the journal, its block on the device
    uint8_t *super;
    // The piece that is being written: blocks of the journal from `piece_at` on.
    uint8_t *piece;
    size_t piece_len;
    uint32_t piece_at;
    uint32_t next; // block of the journal
};

static uint32_t get32(const uint8_t *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof(value));
    return __builtin_bswap32(value);
}

static void put32(uint8_t *p, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(p, &value, sizeof(value));
}

static void put_header(uint8_t *block, uint32_t type, uint32_t sequence)
{
    put32(block, MAGIC);
    put32(block + 4, type);
    put32(block + 8, sequence);
}

// --- Opening ------------------------------------------------------------------------------------

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    free(journal->map);
    free(journal->super);
    free(journal->piece);
    free(journal);
}

static error_t map_blocks(struct journal *journal, ext2_filsys fs)
{
    ext2_ino_t ino = fs->super->s_journal_inum;
    struct ext2_inode inode;
    OK_OR_RETURN(error_of(ext2fs_read_inode(fs, ino, &inode)));
    if (!LINUX_S_ISREG(inode.i_mode))
        return ERR_NOT_ACCEPTABLE;
    uint64_t num = EXT2_I_SIZE(&inode) / fs->blocksize;
    journal->len = (uint32_t)MIN(num, (uint64_t)MAX_BLOCKS);
    journal->map = calloc(journal->len + 1, sizeof(*journal->map));
    if (!journal->map)
        return ERR_NO_MEMORY;
    for (uint32_t i = 0; i < journal->len; i++) {
        blk64_t at = 0;
        OK_OR_RETURN(error_of(ext2fs_bmap2(fs, ino, &inode, NULL, 0, i, NULL, &at)));
        if (at < fs->super->s_first_data_block || at >= ext2fs_blocks_count(fs->super))
            return ERR_NOT_ACCEPTABLE;
        journal->map[i] = at;
    }
    return journal->len > 0 ? OK : ERR_NOT_ACCEPTABLE;
}

static error_t read_super(struct journal *journal)
{
    OK_OR_RETURN(cache_device_read(journal->cache, journal->map[0], journal->super));
    const uint8_t *super = journal->super;
    if (get32(super) != MAGIC || get32(super + SB_BLOCK_SIZE) != journal->block_size)
        return ERR_NOT_ACCEPTABLE;
    journal->len = MIN(journal->len, get32(super + SB_NUM_BLOCKS));
    journal->first = get32(super + SB_FIRST);
    journal->sequence = get32(super + SB_SEQUENCE);
    bool makes_sense = journal->first > 0 && journal->first < journal->len;
    return makes_sense ? OK : ERR_NOT_ACCEPTABLE;
}

static error_t fill(struct journal *journal, struct volume *volume)
{
    ext2_filsys fs = volume->fs;
    journal->cache = volume->cache;
    journal->block_size = fs->blocksize;
    journal->wide = ext2fs_has_feature_64bit(fs->super);
    journal->super = calloc(1, journal->block_size);
    journal->piece = malloc(PIECE_BYTES);
    if (!journal->super || !journal->piece)
        return ERR_NO_MEMORY;
    OK_OR_RETURN(map_blocks(journal, fs));
    return read_super(journal);
}

error_t journal_open(struct volume *volume, struct journal **opened)
{
    ext2_filsys fs = volume->fs;
    *opened = NULL;
    if (!ext2fs_has_feature_journal(fs->super) || fs->super->s_journal_inum == 0 ||
        fs->super->s_journal_dev != 0)
        return OK;
    struct journal *journal = calloc(1, sizeof(*journal));
    error_t err = journal ? fill(journal, volume) : ERR_NO_MEMORY;
    bool is_new = IS_OK(err) && get32(journal->super + 4) == TYPE_SUPER;
    if (IS_OK(err) && is_new)
        *opened = journal;
    else
        journal_free(journal);
    return err;
}

// --- Replaying ----------------------------------------------------------------------------------

// A walk through the transactions in the journal, which is circular.
struct replay {
    struct journal *journal;
    uint64_t num_blocks; // number of blocks of the device
    uint32_t at;
    uint32_t sequence;
    bool apply;
    uint8_t *block;
    uint8_t *content;
};

static void advance(struct replay *replay)
{
    replay->at++;
    if (replay->at >= replay->journal->len)
        replay->at = replay->journal->first;
}

static error_t replay_block(struct replay *replay, uint64_t to, uint32_t flags)
{
    struct journal *journal = replay->journal;
    if (to >= replay->num_blocks)
        return ERR_NOT_ACCEPTABLE;
    uint64_t from = journal->map[replay->at];
    advance(replay);
    if (!replay->apply)
        return OK;
    OK_OR_RETURN(cache_device_read(journal->cache, from, replay->content));
    if (flags & TAG_ESCAPED)
        put32(replay->content, MAGIC);
    return cache_device_write(journal->cache, to, replay->content, 1);
}

static error_t replay_descriptor(struct replay *replay)
{
    size_t tag_len = replay->journal->wide ? 12 : 8, at = HEADER_LEN;
    uint32_t flags = 0;
    while (!(flags & TAG_LAST) && at + tag_len <= replay->journal->block_size) {
        const uint8_t *tag = replay->block + at;
        flags = get32(tag + 4) & 0xffff;
        uint64_t to = get32(tag);
        if (replay->journal->wide)
            to |= (uint64_t)get32(tag + 8) << 32;
        at += tag_len + (flags & TAG_SAME_UUID ? 0 : UUID_LEN);
        OK_OR_RETURN(replay_block(replay, to, flags));
    }
    return OK;
}

// Replays one transaction. ERR_END: no complete transaction follows.
static error_t replay_transaction(struct replay *replay)
{
    for (uint32_t i = 0; i < replay->journal->len; i++) {
        OK_OR_RETURN(cache_device_read(replay->journal->cache, replay->journal->map[replay->at],
                                       replay->block));
        uint32_t type = get32(replay->block + 4);
        if (get32(replay->block) != MAGIC || get32(replay->block + 8) != replay->sequence)
            return ERR_END;
        advance(replay);
        if (type == TYPE_COMMIT) {
            replay->sequence++;
            return OK;
        }
        if (type != TYPE_DESCRIPTOR)
            return ERR_NOT_ACCEPTABLE;
        OK_OR_RETURN(replay_descriptor(replay));
    }
    return ERR_NOT_ACCEPTABLE;
}

// Walks all transactions, the first time only to check that they are complete.
static error_t replay_all(struct replay *replay, uint32_t start, uint32_t *end_sequence)
{
    replay->at = start;
    replay->sequence = replay->journal->sequence;
    error_t err;
    do {
        if (replay->apply && replay->sequence == *end_sequence)
            return OK;
        err = replay_transaction(replay);
    } while (IS_OK(err));
    *end_sequence = replay->sequence;
    return err == ERR_END ? OK : err;
}

static error_t write_super(struct journal *journal, uint32_t start, uint32_t sequence)
{
    put32(journal->super + SB_START, start);
    put32(journal->super + SB_SEQUENCE, sequence);
    return cache_device_write(journal->cache, journal->map[0], journal->super, 1);
}

error_t journal_replay(struct journal *journal, uint64_t num_blocks)
{
    uint32_t start = get32(journal->super + SB_START), end = 0;
    uint32_t features = get32(journal->super + SB_INCOMPAT);
    if (start == 0)
        return OK;
    if (features != (journal->wide ? FEATURE_64BIT : 0) || start < journal->first ||
        start >= journal->len || get32(journal->super + SB_NUM_BLOCKS) > MAX_BLOCKS)
        return ERR_NOT_ACCEPTABLE;
    struct replay replay = {.journal = journal,
                            .num_blocks = num_blocks,
                            .block = malloc(journal->block_size),
                            .content = malloc(journal->block_size)};
    error_t err = replay.block && replay.content ? OK : ERR_NO_MEMORY;
    if (IS_OK(err))
        err = replay_all(&replay, start, &end);
    replay.apply = true;
    if (IS_OK(err))
        err = replay_all(&replay, start, &end);
    free(replay.block);
    free(replay.content);
    OK_OR_RETURN(err);
    OK_OR_RETURN(cache_device_flush(journal->cache));
    journal->sequence = end;
    OK_OR_RETURN(write_super(journal, 0, end));
    return cache_device_flush(journal->cache);
}

// --- Committing ---------------------------------------------------------------------------------

static error_t write_piece(struct journal *journal)
{
    if (journal->piece_len == 0)
        return OK;
    size_t count = journal->piece_len / journal->block_size;
    journal->piece_len = 0;
    return cache_device_write(journal->cache, journal->map[journal->piece_at], journal->piece,
                              count);
}

// Returns the buffer of the journal's next block.
static error_t next_block(struct journal *journal, uint8_t **block)
{
    uint32_t at = journal->next++;
    bool follows = journal->piece_len > 0 && journal->map[at] == journal->map[at - 1] + 1 &&
                   journal->piece_len + journal->block_size <= PIECE_BYTES;
    if (!follows) {
        OK_OR_RETURN(write_piece(journal));
        journal->piece_at = at;
    }
    *block = journal->piece + journal->piece_len;
    journal->piece_len += journal->block_size;
    return OK;
}

static size_t tags_of_descriptor(const struct journal *journal)
{
    return (journal->block_size - HEADER_LEN - UUID_LEN) / (journal->wide ? 12 : 8);
}

static error_t write_descriptor(struct journal *journal, const uint64_t *numbers, size_t num)
{
    uint8_t *block;
    OK_OR_RETURN(next_block(journal, &block));
    memset(block, 0, journal->block_size);
    put_header(block, TYPE_DESCRIPTOR, journal->sequence);
    uint8_t *tag = block + HEADER_LEN;
    for (size_t i = 0; i < num; i++) {
        bool escaped = get32(cache_peek(journal->cache, numbers[i])) == MAGIC;
        put32(tag, (uint32_t)numbers[i]);
        put32(tag + 4, (escaped ? TAG_ESCAPED : 0) | (i > 0 ? TAG_SAME_UUID : 0) |
                           (i + 1 == num ? TAG_LAST : 0));
        if (journal->wide)
            put32(tag + 8, (uint32_t)(numbers[i] >> 32));
        tag += journal->wide ? 12 : 8;
        if (i == 0) {
            memcpy(tag, journal->super + SB_UUID, UUID_LEN);
            tag += UUID_LEN;
        }
    }
    return OK;
}

static error_t write_contents(struct journal *journal, const uint64_t *numbers, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        uint8_t *block;
        OK_OR_RETURN(next_block(journal, &block));
        memcpy(block, cache_peek(journal->cache, numbers[i]), journal->block_size);
        if (get32(block) == MAGIC)
            put32(block, 0);
    }
    return OK;
}

static error_t write_transaction(struct journal *journal, const uint64_t *numbers, size_t num)
{
    uint8_t *block;
    journal->next = journal->first;
    journal->piece_len = 0;
    while (num > 0) {
        size_t some = MIN(num, tags_of_descriptor(journal));
        OK_OR_RETURN(write_descriptor(journal, numbers, some));
        OK_OR_RETURN(write_contents(journal, numbers, some));
        numbers += some;
        num -= some;
    }
    OK_OR_RETURN(next_block(journal, &block));
    memset(block, 0, journal->block_size);
    put_header(block, TYPE_COMMIT, journal->sequence);
    return write_piece(journal);
}

// Resets the journal's features. Those that an earlier program set were for its own transactions,
// which are gone.
static void set_features(struct journal *journal)
{
    put32(journal->super + SB_COMPAT, 0);
    put32(journal->super + SB_INCOMPAT, journal->wide ? FEATURE_64BIT : 0);
    put32(journal->super + SB_RO_COMPAT, 0);
    journal->super[SB_CHECKSUM_TYPE] = 0;
    put32(journal->super + SB_CHECKSUM, 0);
}

size_t journal_room(const struct journal *journal)
{
    size_t room = journal->len - journal->first, tags = tags_of_descriptor(journal);
    size_t others = 2 + room / (tags + 1);
    return room > others ? room - others : 0;
}

error_t journal_commit(struct journal *journal)
{
    struct cache *cache = journal->cache;
    size_t num = cache_num_dirty(cache, BLOCK_META);
    if (num == 0)
        return cache_device_flush(cache);
    if (num > journal_room(journal))
        return ERR_TOO_LARGE;
    uint64_t *numbers = cache_dirty_blocks(cache, BLOCK_META);
    if (!numbers)
        return ERR_NO_MEMORY;
    // The journal must be marked as empty on the device before the last transaction is overwritten.
    error_t err = cache_device_flush(cache);
    if (IS_OK(err))
        err = write_transaction(journal, numbers, num);
    free(numbers);
    OK_OR_RETURN(err);
    OK_OR_RETURN(cache_device_flush(cache));
    set_features(journal);
    OK_OR_RETURN(write_super(journal, journal->first, journal->sequence));
    OK_OR_RETURN(cache_device_flush(cache));
    OK_OR_RETURN(cache_flush(cache, BLOCK_META));
    OK_OR_RETURN(cache_device_flush(cache));
    journal->sequence++;
    return write_super(journal, 0, journal->sequence);
}
