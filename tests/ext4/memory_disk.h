// A disk in memory under ext4fs: it starts as one of the images of make-images, and loses what was
// not flushed when it is cut off.
#ifndef TESTS_EXT4_MEMORY_DISK_H
#define TESTS_EXT4_MEMORY_DISK_H

#include "device.h"

#define DISK_NUM_IMAGES 4
#define DISK_BLOCK      1024u // of all of the images

enum disk_image { DISK_EXT4, DISK_EXT2, DISK_INLINE, DISK_RECOVER };

// Puts image number `which` onto the disk, as it was made.
void disk_reset(enum disk_image which);

// Changes bytes of a block, counting only those blocks that the image does not have empty. What
// would be beyond the block is left out.
void disk_patch(unsigned block, unsigned at, const uint8_t *bytes, size_t len);

// Lets the disk fail for good at the write after `num_writes` more. 0: never.
void disk_cut_after(unsigned num_writes);
bool disk_is_cut(void);

// The disk comes back. Of what was written after the last flush each block is there or not, as
// `seed` has it.
void disk_restart(uint32_t seed);

// How often it was written to since disk_reset().
unsigned disk_num_writes(void);

// The disk for ext4fs.
extern const struct device disk_device;

#endif
