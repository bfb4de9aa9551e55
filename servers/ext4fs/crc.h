// A faster ext2fs_crc32c_le() for libext2fs.
#ifndef EXT4FS_CRC_H
#define EXT4FS_CRC_H

// Chooses how to compute it. Call it before the sandbox: it may look up libext2fs's function.
void crc_prepare(void);

#endif
