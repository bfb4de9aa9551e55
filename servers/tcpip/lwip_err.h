// lwIP's errors beside ours: the two have a name in common, and here it stays ours. Comes before
// every header of lwIP.
#ifndef TCPIP_LWIP_ERR_H
#define TCPIP_LWIP_ERR_H

#include <oolong/types.h>

#pragma push_macro("ERR_TIMEOUT")
#undef ERR_TIMEOUT
#include <lwip/err.h>
#pragma pop_macro("ERR_TIMEOUT")

#endif
