// Loads what libraries would load later, while the task may still open files.
#ifndef ARCHIVEFS_PREPARE_H
#define ARCHIVEFS_PREPARE_H

// Call it once, before the sandbox and before the other functions of this folder. Then libarchive
// opens no file: a name in a code page that is not loaded is an error of the archive.
void archive_prepare(void);

#endif
