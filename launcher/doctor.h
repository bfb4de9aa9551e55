// `oolong doctor`: tries what suites need of this host, and says what to do where it is missing.
#ifndef LAUNCHER_DOCTOR_H
#define LAUNCHER_DOCTOR_H

int doctor(void); // Returns the exit status.

#endif
