// The wire version that a program was built with. See <oolong/wire.h>.
#ifndef LAUNCHER_WIRE_NOTE_H
#define LAUNCHER_WIRE_NOTE_H

/// Whether the program has the launcher's own wire version. Returns NULL if so; otherwise what the
/// user should read. The text is valid until the next call.
const char *wire_note_check(const char *path);

#endif
