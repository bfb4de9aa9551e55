// Reads the wire version from a program's file. It is in an ELF note that libipc adds to each
// program that is linked with it. Any other file has no version.
#include "wire_note.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <oolong/wire.h>
#include "util.h"

#define MAX_NOTES 16384 // bytes of one segment of notes

// Looks for the note in one segment. Returns 0 if it is not there.
static uint32_t find_version(const char *notes, size_t len, size_t align)
{
    struct wire_note wanted = WIRE_NOTE;
    uint64_t at = 0;
    while (at + sizeof(wanted) <= len) {
        Elf64_Nhdr note;
        memcpy(&note, notes + at, sizeof(note));
        if (!memcmp(notes + at, &wanted, offsetof(struct wire_note, version))) {
            memcpy(&wanted, notes + at, sizeof(wanted));
            return wanted.version;
        }
        at = ALIGN_UP(at + sizeof(note) + note.n_namesz, align);
        at = ALIGN_UP(at + note.n_descsz, align);
    }
    return 0;
}

static bool read_at(int fd, void *data, size_t len, uint64_t offset)
{
    return offset <= INT64_MAX && pread(fd, data, len, (off_t)offset) == (ssize_t)len;
}

static uint32_t read_version(int fd)
{
    Elf64_Ehdr file;
    Elf64_Phdr segment;
    if (!read_at(fd, &file, sizeof(file), 0) || memcmp(file.e_ident, ELFMAG, SELFMAG) ||
        file.e_ident[EI_CLASS] != ELFCLASS64 || file.e_phentsize != sizeof(segment))
        return 0;
    for (uint64_t i = 0; i < file.e_phnum; i++) {
        char notes[MAX_NOTES];
        if (file.e_phoff > INT64_MAX ||
            !read_at(fd, &segment, sizeof(segment), file.e_phoff + i * sizeof(segment)))
            return 0;
        if (segment.p_type != PT_NOTE || segment.p_filesz > sizeof(notes) ||
            !read_at(fd, notes, segment.p_filesz, segment.p_offset))
            continue;
        uint32_t version = find_version(notes, segment.p_filesz, segment.p_align == 8 ? 8 : 4);
        if (version)
            return version;
    }
    return 0;
}

const char *wire_note_check(const char *path)
{
    static char text[200];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_text(errno);
    uint32_t version = read_version(fd);
    close(fd);
    if (version == WIRE_VERSION)
        return NULL;
    if (version)
        snprintf(text, sizeof(text),
                 "it was built with another version of Oolong (wire %x, this is %x): "
                 "build it again",
                 version, WIRE_VERSION);
    else
        snprintf(text, sizeof(text),
                 "it was built with an older version of Oolong, or is no program for Oolong "
                 "(no wire version, this is %x): build it again",
                 WIRE_VERSION);
    return text;
}
