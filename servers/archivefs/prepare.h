// What libraries load when they first need it, while files may still be opened.
#ifndef ARCHIVEFS_PREPARE_H
#define ARCHIVEFS_PREPARE_H

// Call it once, before the task's profile is in place and before anything else here. Afterwards
// libarchive opens no file: a name in a code page that is not loaded is an error of the archive.
void archive_prepare(void);

#endif
