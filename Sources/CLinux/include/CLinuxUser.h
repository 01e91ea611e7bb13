// The change from root to the daemon's user. Returns −errno on failure, as CLinux.h says.
#ifndef CLINUX_USER_H
#define CLINUX_USER_H

#include <stdint.h>

/// Becomes another user for good, with the groups the system gives that user; without an entry in
/// the user database with `group` alone.
///
/// With `keeps_leases` the calling thread keeps CAP_LEASE and nothing else, so that the program it
/// starts next has it too. Returns 1 where that was done, 0 where there was nothing to keep, and
/// −EPERM also when the way back to root is still open afterwards.
int linux_become_user(uint32_t user, uint32_t group, int keeps_leases);
/// Starts this very program anew in this process, with no signal blocked; returns on failure only.
int linux_start_again(char *const *arguments);

#endif
