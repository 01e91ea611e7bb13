// Linux calls that Swift's Glibc lacks or hides behind varargs and errno.
//
// Every function returns zero or a count on success and −errno on failure: errno itself does not
// survive Swift's runtime reliably. Names are NUL-terminated octets, not text. Interrupted calls are
// repeated; nothing here allocates but what starts a thread.
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>

#include "CLinuxNames.h"
#include "CLinuxUser.h"

/// What statx(2) says about one file, links not followed.
struct linux_facts {
    uint64_t device;
    uint64_t inode;
    uint32_t links;
    /// Type and permission bits as in st_mode.
    uint32_t mode;
    uint32_t user;
    uint32_t group;
    int64_t size;
    /// Nanoseconds since 1970, clamped to what an int64_t holds.
    int64_t modified;
    int64_t changed;
    /// When the inode was made, or zero where the file system does not say.
    int64_t born;
};

/// openat(2) with O_CLOEXEC, O_NOFOLLOW and O_NOCTTY added.
int linux_open(int directory, const char *name, int flags, unsigned mode);
/// openat(2) with O_CLOEXEC added; the last component may be a link.
int linux_open_following(int directory, const char *name, int flags, unsigned mode);
/// memfd_create(2): a file without a place, gone with its last descriptor; O_CLOEXEC is set.
int linux_memory_file(const char *name);
int linux_close(int descriptor);
int linux_make_directory(int directory, const char *name, unsigned mode);
int linux_unlink(int directory, const char *name);
int linux_remove_directory(int directory, const char *name);

/// renameat2(2) with RENAME_NOREPLACE; −EEXIST when the new name is taken.
///
/// NFS and some FUSE file systems answer EINVAL to the flag: there the name is looked up first.
int linux_rename_new(int from, const char *old_name, int to, const char *new_name);
/// renameat(2): replaces an existing file.
int linux_rename(int from, const char *old_name, int to, const char *new_name);

/// statx(2); an empty name asks about the descriptor itself.
int linux_look(int directory, const char *name, struct linux_facts *facts);
/// The file system magic of fstatfs(2), such as 0xEF53 for ext4, or −errno.
int64_t linux_file_system(int descriptor);

/// fsync(2).
int linux_sync(int descriptor);
/// fdatasync(2).
int linux_sync_data(int descriptor);

int64_t linux_read(int descriptor, void *buffer, size_t count);
int64_t linux_read_at(int descriptor, void *buffer, size_t count, int64_t offset);
/// Writes all octets or fails; a partial write is continued.
int linux_write_all(int descriptor, const void *buffer, size_t count);
int linux_truncate(int descriptor, int64_t size);
int linux_rewind(int descriptor);
/// getdents64(2): octets of `struct linux_dirent64` records, zero at the end.
int64_t linux_read_directory(int descriptor, void *buffer, size_t count);

int linux_set_owner(int descriptor, uint32_t user, uint32_t group);
int linux_set_group(int descriptor, uint32_t group);
int linux_set_mode(int descriptor, unsigned mode);
/// futimens(2): sets the modification time and leaves the access time.
int linux_set_modified(int descriptor, int64_t seconds, int64_t nanoseconds);
/// utimensat(2): the same by name, links not followed.
int linux_set_modified_at(int directory, const char *name, int64_t seconds, int64_t nanoseconds);

/// F_OFD_SETLK F_WRLCK on the whole file, without waiting: −EAGAIN when another open file holds it.
///
/// Not flock(2), which cannot be asked about: a look at the lock would have to take it, and a
/// daemon starting in that instant would be refused.
int linux_lock(int descriptor);
/// F_OFD_GETLK: 1 while another open file holds the lock, 0 when it is free.
int linux_is_locked(int descriptor);

/// F_SETLEASE F_RDLCK: −EAGAIN while anybody has the file open for writing.
int linux_take_read_lease(int descriptor);
/// F_SETLEASE F_UNLCK.
int linux_release_lease(int descriptor);
/// F_GETLEASE: F_RDLCK, F_WRLCK or F_UNLCK; the last also while the lease is being broken.
int linux_lease(int descriptor);
/// Names the calling thread for top(1) and proc(5); of more than 15 octets Linux keeps the first.
void linux_name_thread(const char *name);
/// Runs `body` with `context` in a thread of this name that nobody waits for, with a stack of so many
/// octets, or of the usual size for 0. Where it fails `body` is never called.
int linux_start_thread(
    const char *name, size_t stack_size, void (*body)(void *context), void *context);
/// Marks the calling thread as belonging to somebody, for linux_thread_owner().
void linux_set_thread_owner(const void *owner);
/// Whose the calling thread is, or NULL.
const void *linux_thread_owner(void);
/// Ignores SIGIO, which a broken lease sends and which kills by default.
int linux_ignore_lease_breaks(void);

/// Writes the name of a user or group, or its number where it has none.
void linux_user_name(uint32_t user, char *buffer, size_t count);
void linux_group_name(uint32_t group, char *buffer, size_t count);
/// The system's description of an error number; never NULL.
const char *linux_error_text(int number);
/// Whether a time server keeps the wall clock: 1 or 0 by adjtimex(2), which only asks here, or −errno.
int linux_clock_is_kept(void);

#endif
