// Stands in for libipc's generated header in the tests of idlc.
#ifndef OOLONG_CONFIG_H
#define OOLONG_CONFIG_H
#define CONFIG_NUM_TASKS      512
#define CONFIG_OOL_BUFFER_LEN 16777216
#endif
