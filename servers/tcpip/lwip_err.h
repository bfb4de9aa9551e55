// Includes lwIP's error numbers. One of them, ERR_TIMEOUT, has the name of an error of ours, which
// it keeps here. Include this before every header of lwIP.
#ifndef TCPIP_LWIP_ERR_H
#define TCPIP_LWIP_ERR_H

#include <oolong/types.h>

#pragma push_macro("ERR_TIMEOUT")
#undef ERR_TIMEOUT
#include <lwip/err.h>
#pragma pop_macro("ERR_TIMEOUT")

#endif
