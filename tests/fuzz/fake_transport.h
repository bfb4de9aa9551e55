// A transport without sockets, for the libipc target. The input scripts the packets that arrive.
// Packets that the program sends are only counted. vm and the launcher are honest and answer at
// once.
#ifndef TESTS_FUZZ_FAKE_TRANSPORT_H
#define TESTS_FUZZ_FAKE_TRANSPORT_H

#include <oolong/message.h>
#include <oolong/wire.h>

#define FAKE_PEERS     3
#define FAKE_SELF      TASK_MAKE(1, 9)
#define FAKE_OOL_LEN   1024
#define FAKE_MAX_QUEUE 64
#define FAKE_SHM_PEER  2 // see fake_shm.c
#define FAKE_RING      REGION_MIN_RING

// vm's next answer to ool.send and ool.verify, and the payloads that it has placed for a message
// that arrives. If the answer is an error, it has placed none.
struct fake_vm {
    error_t error;
    unsigned buffer;
    unsigned count;
    size_t len[MSG_MAX_PAYLOADS];
};

struct fake_peer {
    task_t task;
    struct state_page *page;
    int page_fd;
    bool connected, ended;
    bool watched;
    struct fake_item {
        error_t error; // OK, or the error of transport_recv() in place of a packet
        struct packet packet;
    } queue[FAKE_MAX_QUEUE];
    unsigned first, count;
    error_t send_error; // of the next packet to it
    uint32_t last_seq;  // of the library's last SEND or CALL
};

extern struct fake_peer fake_peers[FAKE_PEERS];
extern struct fake_vm fake_vm;

/// Boots the library. Called once.
void fake_boot(void);
/// Makes new tasks for all peers. They are connected when the library first asks.
void fake_reset(void);
/// A packet or an error arrives from a peer.
void fake_push(struct fake_peer *peer, const struct packet *packet, error_t error);

/// Whether the library has not read everything that arrived.
bool fake_has_more(void);
/// The launcher sends a message, so that an open receive ends.
void fake_launcher_speaks(void);

// fake_shm.c: the peer with shared memory.
void fake_shm_grant(struct fake_peer *peer, struct control_grant *grant, int *fds);
void fake_shm_ring(struct fake_peer *peer);
void fake_shm_put(struct fake_peer *peer, const struct packet *packet);
void fake_shm_end(struct fake_peer *peer);
void fake_shm_scribble(struct fake_peer *peer, unsigned where, uint32_t by, uint64_t value);

#endif
