// Includes lwIP's error numbers. lwIP and Oolong both define ERR_TIMEOUT; after this header the
// name means Oolong's. Include this header before every header of lwIP.
#ifndef TCPIP_LWIP_ERR_H
#define TCPIP_LWIP_ERR_H

#include <oolong/types.h>

#pragma push_macro("ERR_TIMEOUT")
#undef ERR_TIMEOUT
#include <lwip/err.h>
#pragma pop_macro("ERR_TIMEOUT")

#endif
