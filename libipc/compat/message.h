#include <oolong/message.h>
