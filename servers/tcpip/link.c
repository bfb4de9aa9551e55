// lwIP's network interface: its addresses, and the frames that lwIP sends.
#include "lwip_err.h"

#include "link.h"
#include <lwip/etharp.h>
#include <lwip/netif.h>
#include <netif/ethernet.h>
#include <string.h>
#include "filter.h"
#include "stack.h"
#include "upcalls.h"

#define ASKING_MS 6000 // ARP asks for an address for this time

static struct netif netif;
static uint64_t asking_until_ms;

static err_t transmit(struct netif *nif, struct pbuf *p)
{
    uint8_t frame[FRAME_MAX];
    (void)nif;
    if (p->tot_len > FRAME_MAX)
        return ERR_IF;
    if (filter_is_arp(p->payload, p->len))
        asking_until_ms = stack_now_ms() + ASKING_MS;
    if (p->len == p->tot_len) {
        up_transmit(p->payload, p->len);
    } else {
        pbuf_copy_partial(p, frame, p->tot_len, 0);
        up_transmit(frame, p->tot_len);
    }
    return ERR_OK;
}

static err_t init_netif(struct netif *nif)
{
    nif->name[0] = 'o';
    nif->name[1] = 'l';
    nif->output = etharp_output;
    nif->linkoutput = transmit;
    nif->mtu = 1500;
    nif->hwaddr_len = ETH_HWADDR_LEN;
    nif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    return ERR_OK;
}

void stack_set_address(uint32_t addr, uint32_t netmask, uint32_t gateway)
{
    ip4_addr_t a = {lwip_htonl(addr)}, m = {lwip_htonl(netmask)}, g = {lwip_htonl(gateway)};
    netif_set_addr(&netif, &a, &m, &g);
}

void stack_get_address(uint32_t *addr, uint32_t *netmask, uint32_t *gateway)
{
    *addr = lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(&netif)));
    *netmask = lwip_ntohl(ip4_addr_get_u32(netif_ip4_netmask(&netif)));
    *gateway = lwip_ntohl(ip4_addr_get_u32(netif_ip4_gw(&netif)));
}

const uint8_t *stack_mac(void)
{
    return netif.hwaddr;
}

void link_init(void)
{
    netif_add_noaddr(&netif, NULL, init_netif, ethernet_input);
    netif_set_default(&netif);
}

err_t link_input(struct pbuf *p)
{
    return netif.input(p, &netif);
}

uint32_t link_address(void)
{
    return ip4_addr_get_u32(netif_ip4_addr(&netif));
}

bool link_is_asking(uint64_t now)
{
    return now < asking_until_ms;
}

void stack_device_up(const uint8_t mac[6])
{
    memcpy(netif.hwaddr, mac, ETH_HWADDR_LEN);
    netif_set_link_up(&netif);
    netif_set_up(&netif); // announces the address
}

void stack_device_down(void)
{
    netif_set_link_down(&netif);
    netif_set_down(&netif);
}
