// Generates files for the fuzzers from idlc's description of all messages (idl.json).
//
// Usage: gen idl.json OUT
//   OUT/message_types.inc  the type word and the size of each message, for the mutator
//   OUT/vm.dict            the type words, as a dictionary of AFL++ and libFuzzer
//   OUT/seeds/vm/          a first input for each message, and a few short stories (stories.c)
//   OUT/seeds/libipc/      the same messages, as packets
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "stories.h"

struct message_type {
    char name[96];
    long type, size;
};

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fseek(file, 0, SEEK_END);
    size_t len = (size_t)ftell(file);
    rewind(file);
    char *text = calloc(1, len + 1);
    if (fread(text, 1, len, file) != len)
        exit(EXIT_FAILURE);
    fclose(file);
    return text;
}

static FILE *create(const char *out, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", out, name);
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return file;
}

static void make_folder(const char *out, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", out, name);
    mkdir(path, 0777);
}

// The value of the next `key` after `at`. idlc always writes the keys in this order and form.
static const char *value_of(const char *at, const char *key)
{
    const char *found = strstr(at, key);
    if (!found) {
        fprintf(stderr, "gen: no %s where idl.json should have one\n", key);
        exit(EXIT_FAILURE);
    }
    return found + strlen(key);
}

// Reads the next message after `*at`.
static int next_message(const char **at, struct message_type *message)
{
    const char *start = strstr(*at, "{\n      \"namespace\": \"");
    if (!start)
        return 0;
    char namespace[40] = "";
    char name[40] = "";
    sscanf(value_of(start, "\"namespace\": \""), "%39[^\"]", namespace);
    sscanf(value_of(start, "\"name\": \""), "%39[^\"]", name);
    snprintf(message->name, sizeof(message->name), "%s%s%s", namespace, namespace[0] ? "." : "",
             name);
    message->type = strtol(value_of(start, "\"type\": "), NULL, 10);
    message->size = strtol(value_of(start, "\"size\": "), NULL, 10);
    *at = start + 1;
    return 1;
}

static void write_seed(const char *out, const char *target, const char *name, const void *data,
                       size_t len)
{
    char path[300];
    snprintf(path, sizeof(path), "seeds/%s/%s", target, name);
    FILE *file = create(out, path);
    fwrite(data, 1, len, file);
    fclose(file);
}

// Writes a seed in which a peer sends the message and the program receives it.
static void write_packet(const char *out, const struct message_type *message, const void *packet)
{
    uint8_t seed[16 + 256 + 16] = {0}; // records of fuzz_libipc.c: packet, receive
    memcpy(seed + 16, packet, 256);
    seed[16 + 7] = (message->type & 0x8000) ? 0x30 : 0x20; // a reply, a call
    seed[16 + 256] = 6;
    seed[16 + 256 + 2] = 1;
    write_seed(out, "libipc", message->name, seed, sizeof(seed));
}

static void write_message(const char *out, const struct message_type *message, FILE *dict,
                          FILE *types)
{
    struct {
        struct op op;
        struct {
            int32_t type, word;
            uint8_t raw[248];
        } packet;
    } seed = {.op = {.kind = OP_RAW}};
    seed.packet.type = (int32_t)message->type;
    for (long i = 0; i < message->size; i += 8)
        seed.packet.raw[i] = 2; // a small number, or the first task, wherever there is a field
    write_seed(out, "vm", message->name, &seed, sizeof(seed));
    write_packet(out, message, &seed.packet);
    fprintf(dict, "\"\\x%02lx\\x%02lx\\x%02lx\\x%02lx\"\n", message->type & 0xff,
            message->type >> 8 & 0xff, message->type >> 16 & 0xff, message->type >> 24 & 0xff);
    fprintf(types, "{0x%lx, %ld}, // %s\n", message->type, message->size, message->name);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: gen idl.json OUT\n");
        return EXIT_FAILURE;
    }
    const char *out = argv[2];
    make_folder(out, "seeds");
    make_folder(out, "seeds/vm");
    make_folder(out, "seeds/libipc");
    char *json = read_file(argv[1]);
    FILE *dict = create(out, "vm.dict");
    FILE *types = create(out, "message_types.inc");
    const char *at = value_of(json, "\"messages\": [");
    struct message_type message;
    unsigned count = 0;
    for (; next_message(&at, &message); count++)
        write_message(out, &message, dict, types);
    fclose(dict);
    fclose(types);
    free(json);
    for (unsigned i = 0; i < stories_count; i++)
        write_seed(out, "vm", stories[i].name, stories[i].ops, stories[i].len);
    return count ? EXIT_SUCCESS : EXIT_FAILURE;
}
