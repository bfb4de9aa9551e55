// The fuzz target `archive`: the bytes of an archive, as archivefs takes them: what it is, its
// headers, its tree, its contents. libarchive's decompressors and formats are the distribution's.
//
// What is taken must make sense: each path leads to its node, directories list what is in them, and
// a content is the same read from its beginning and in pieces from its end.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "image.h"
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

// In the order of the archive's tree, from each node's beginning.
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

// Not below what a later member of the archive replaced.
static bool is_reachable(uint32_t number)
{
    const struct index *index = scan.index;
    while (number != 0 && !index->nodes[number].dead) {
        number = index->nodes[number].parent;
        if (index_inode(index, number)->kind != INDEX_DIRECTORY)
            return false;
    }
    return number == 0;
}

static void check_node(uint32_t number)
{
    const struct index *index = scan.index;
    const struct node *node = &index->nodes[number];
    const struct inode *inode = index_inode(index, number);
    char path[PATH_LEN_MAX + 1];
    uint32_t found;
    if (!is_reachable(number))
        return;
    index_path(index, node, path, sizeof(path));
    if (path[0] != '\0' && strlen(path) < PATH_LEN_MAX) // it is empty for the root
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

// One memory file for all inputs.
static int open_file(void)
{
    archive_prepare();
    int fd = memfd_create("archive", MFD_CLOEXEC);
    check(fd >= 0);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    char error_text[ERROR_TEXT_LEN] = "";
    if (fd < 0)
        fd = open_file();
    if (size > INPUT_MAX)
        return 0;
    check(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    if (IS_ERROR(image_open(&image, fd, error_text))) {
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
