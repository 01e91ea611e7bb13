// The change from root to the daemon's user. Returns −errno on failure, as CLinux.h says.
#ifndef CLINUX_USER_H
#define CLINUX_USER_H

#include <stdint.h>

/// Becomes another user for good, with the groups the system gives that user; without an entry in
/// the user database with `group` alone.
///
/// With `keeps_leases` the calling thread keeps CAP_LEASE, if it has it, and nothing else; so do
/// the threads it starts from then on. Other threads lose it: Linux keeps capabilities by thread.
/// −EPERM also when the way back to root is still open afterwards.
int linux_become_user(uint32_t user, uint32_t group, int keeps_leases);
/// Whether the calling thread may use CAP_LEASE now: 1 or 0.
int linux_has_leases(void);

#endif
