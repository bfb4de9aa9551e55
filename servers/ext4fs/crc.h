// The checksum of libext2fs, ext2fs_crc32c_le(), faster.
#ifndef EXT4FS_CRC_H
#define EXT4FS_CRC_H

// Chooses how it is computed. Before the sandbox: it may look for a function of libext2fs.
void crc_prepare(void);

#endif
