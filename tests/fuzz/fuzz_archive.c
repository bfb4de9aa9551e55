// The fuzz target `archive`: archivefs reads the bytes of an archive: its type, headers, tree and
// contents. The decompressors and formats come from the distribution's libarchive.
//
// An accepted archive must make sense: each path leads to its node, and directories list their
// entries. The content of a file is the same when it is read from the beginning as when it is read
// in pieces from the end.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "image_open.h"
#include "listing.h"
#include "prepare.h"
#include "reader.h"
#include "scan.h"
#include "target.h"

#define INPUT_MAX (256u * 1024)
#define NODES_MAX 64u
#define READ_MAX  (48u * 1024)
#define PIECES    3u

static struct image image;
static struct scan_result scan;
static struct reader *reader;

static void check(bool ok)
{
    if (!ok)
        abort();
}

// Reads the content from the beginning. Nodes come in the order of the archive's tree.
static bool read_forwards(const struct inode *inode, uint8_t *data, size_t len)
{
    error_t err = reader_read(reader, inode, 0, data, len);
    check(IS_OK(err) || *reader_error(reader) != '\0');
    return IS_OK(err);
}

static void check_content(const struct inode *inode)
{
    size_t len = (size_t)MIN(inode->size, (uint64_t)READ_MAX);
    uint8_t *whole = malloc(len + 1), *piece = malloc(len + 1);
    check(whole && piece);
    if (read_forwards(inode, whole, len)) {
        for (size_t i = PIECES; i-- > 0;) {
            size_t at = len * i / PIECES, num = len * (i + 1) / PIECES - at;
            error_t err = reader_read(reader, inode, at, piece, num);
            check(IS_OK(err) && memcmp(piece, whole + at, num) == 0);
        }
    }
    free(whole);
    free(piece);
}

static void check_listing(uint32_t dir)
{
    uint32_t next = 0, rounds = 0;
    do {
        void *entries;
        size_t len;
        if (IS_ERROR(listing_pack(scan.index, dir, next, 300, &entries, &len, &next)))
            abort();
        check(len == 0 || ((char *)entries)[len - 1] == '\0');
        free(entries);
    } while (next != 0 && ++rounds < NODES_MAX);
}

static void check_node(uint32_t number)
{
    const struct index *index = scan.index;
    const struct node *node = &index->nodes[number];
    const struct inode *inode = index_inode(index, number);
    char path[PATH_LEN_MAX + 1];
    uint32_t found;
    if (node->dead)
        return;
    index_path(index, node, path, sizeof(path));
    if (path[0] != '\0' && strlen(path) < PATH_LEN_MAX) // the root's path is empty
        check(IS_OK(index_find(index, path, false, &found)) && found == number);
    if (inode->kind == INDEX_DIRECTORY)
        check_listing(number);
    else if (inode->kind == INDEX_FILE)
        check_content(inode);
    else if (inode->kind == INDEX_SYMLINK && IS_OK(index_find(index, path, true, &found)))
        check(found < index->num_nodes && index_inode(index, found)->kind != INDEX_SYMLINK);
}

static void check_archive(void)
{
    reader = reader_create(&image, &scan);
    check(reader);
    for (uint32_t i = 0; i < MIN(scan.index->num_nodes, NODES_MAX); i++)
        check_node(i);
    reader_free(reader);
    index_free(scan.index);
}

// The archive is in memory, because the sandbox of a task has no file whose content it may change.
#define CONTENT_FD 1000
static const uint8_t *content;
static size_t content_len;

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st)
{
    if (fd != CONTENT_FD)
        return __real_fstat(fd, st);
    *st = (struct stat){.st_mode = S_IFREG, .st_size = (off_t)content_len};
    return 0;
}

ssize_t __real_pread(int fd, void *buf, size_t len, off_t offset);
ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t offset);
ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t offset)
{
    if (fd != CONTENT_FD)
        return __real_pread(fd, buf, len, offset); // libipc's own
    check(offset >= 0);
    size_t at = MIN((size_t)offset, content_len);
    len = MIN(len, content_len - at);
    memcpy(buf, content + at, len);
    return (ssize_t)len;
}

static bool is_prepared;

void fuzz_prepare(void)
{
    archive_prepare();
    is_prepared = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error_text[ERROR_TEXT_LEN] = "";
    if (!is_prepared)
        fuzz_prepare();
    if (size > INPUT_MAX)
        return 0;
    content = data;
    content_len = size;
    if (IS_ERROR(image_open(&image, CONTENT_FD, error_text))) {
        check(error_text[0] != '\0');
        return 0;
    }
    if (IS_OK(scan_image(&image, &scan)))
        check_archive();
    else
        check(scan.error[0] != '\0' && !scan.index);
    image_close(&image);
    return 0;
}
