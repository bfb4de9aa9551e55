// Names of messages, from the tables that idlc generates.
#ifndef LAUNCHER_MESSAGE_NAMES_H
#define LAUNCHER_MESSAGE_NAMES_H

const char *message_name(int type); // "fs.open"; valid until the next call

// The interface of a message, or NULL if the launcher does not know the message.
const char *message_interface(int number);

// "interface 'fs'", or the message's number. The caller frees it.
char *message_label(int number);

#endif
