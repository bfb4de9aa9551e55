// Names out of the tables that idlc generates from the interfaces.
#ifndef LAUNCHER_MESSAGE_NAMES_H
#define LAUNCHER_MESSAGE_NAMES_H

const char *message_name(int type); // "fs.open"; static

// The interface of a message; NULL: the launcher does not know it.
const char *message_interface(int number);

// "interface 'fs'", or the message's number. The caller frees it.
char *message_label(int number);

#endif
