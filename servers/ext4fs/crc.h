// A faster ext2fs_crc32c_le() for libext2fs.
#ifndef EXT4FS_CRC_H
#define EXT4FS_CRC_H

// Chooses how the checksum is computed. Call it before the sandbox starts, because it may look up
// libext2fs's function.
void crc_prepare(void);

#endif
