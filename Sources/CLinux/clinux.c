#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

// Repeats an interrupted call and turns −1 into −errno.
#define RESULT(call)                                   \
    ({                                                 \
        __typeof__(call) result_;                      \
        do {                                           \
            result_ = (call);                          \
        } while (result_ == -1 && errno == EINTR);     \
        result_ == -1 ? -errno : result_;              \
    })

int linux_open(int directory, const char *name, int flags, unsigned mode) {
    return RESULT(openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, (mode_t)mode));
}

int linux_open_following(int directory, const char *name, int flags, unsigned mode) {
    return RESULT(openat(directory, name, flags | O_CLOEXEC | O_NOCTTY, (mode_t)mode));
}

int linux_memory_file(const char *name) { return RESULT(memfd_create(name, MFD_CLOEXEC)); }

// Not repeated: after EINTR Linux has closed the descriptor, and another thread may own its number.
int linux_close(int descriptor) { return close(descriptor) == -1 ? -errno : 0; }

int linux_make_directory(int directory, const char *name, unsigned mode) {
    return RESULT(mkdirat(directory, name, (mode_t)mode));
}

int linux_unlink(int directory, const char *name) { return RESULT(unlinkat(directory, name, 0)); }

int linux_remove_directory(int directory, const char *name) {
    return RESULT(unlinkat(directory, name, AT_REMOVEDIR));
}

int linux_rename_new(int from, const char *old_name, int to, const char *new_name) {
    int result = RESULT(renameat2(from, old_name, to, new_name, RENAME_NOREPLACE));
    if (result != -EINVAL) return result;
    // Only we create names in the target folder, so looking first is as good as the flag.
    struct linux_facts facts;
    int found = linux_look(to, new_name, &facts);
    if (found == 0) return -EEXIST;
    if (found != -ENOENT) return found;
    return linux_rename(from, old_name, to, new_name);
}

int linux_rename(int from, const char *old_name, int to, const char *new_name) {
    return RESULT(renameat(from, old_name, to, new_name));
}

// A file system may hold any 64-bit second; beyond the year 2262 nanoseconds overflow.
static int64_t nanoseconds(struct statx_timestamp time) {
    if (time.tv_sec > 9223372035LL) return INT64_MAX;
    if (time.tv_sec < -9223372035LL) return INT64_MIN;
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int linux_look(int directory, const char *name, struct linux_facts *facts) {
    struct statx buffer;
    int result = RESULT(statx(
        directory, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
        STATX_BASIC_STATS | STATX_BTIME, &buffer));
    if (result != 0) return result;
    facts->device = makedev(buffer.stx_dev_major, buffer.stx_dev_minor);
    facts->inode = buffer.stx_ino;
    facts->links = buffer.stx_nlink;
    facts->mode = buffer.stx_mode;
    facts->user = buffer.stx_uid;
    facts->group = buffer.stx_gid;
    facts->size = buffer.stx_size > INT64_MAX ? INT64_MAX : (int64_t)buffer.stx_size;
    facts->modified = nanoseconds(buffer.stx_mtime);
    facts->changed = nanoseconds(buffer.stx_ctime);
    facts->born = buffer.stx_mask & STATX_BTIME ? nanoseconds(buffer.stx_btime) : 0;
    return 0;
}

int64_t linux_file_system(int descriptor) {
    struct statfs buffer;
    int result = RESULT(fstatfs(descriptor, &buffer));
    // The mask undoes the sign extension of 32-bit magics such as CIFS's 0xFF534D42.
    return result != 0 ? result : (int64_t)((uint64_t)buffer.f_type & 0xFFFFFFFFu);
}

int linux_sync(int descriptor) { return RESULT(fsync(descriptor)); }

int linux_sync_data(int descriptor) { return RESULT(fdatasync(descriptor)); }

int64_t linux_read(int descriptor, void *buffer, size_t count) {
    return RESULT(read(descriptor, buffer, count));
}

int64_t linux_read_at(int descriptor, void *buffer, size_t count, int64_t offset) {
    return RESULT(pread(descriptor, buffer, count, offset));
}

int linux_write_all(int descriptor, const void *buffer, size_t count) {
    const char *next = buffer;
    while (count > 0) {
        ssize_t written = RESULT(write(descriptor, next, count));
        if (written < 0) return (int)written;
        if (written == 0) return -EIO;
        next += written;
        count -= (size_t)written;
    }
    return 0;
}

int linux_truncate(int descriptor, int64_t size) { return RESULT(ftruncate(descriptor, size)); }

int linux_rewind(int descriptor) { return lseek(descriptor, 0, SEEK_SET) == -1 ? -errno : 0; }

int64_t linux_read_directory(int descriptor, void *buffer, size_t count) {
    return RESULT(syscall(SYS_getdents64, descriptor, buffer, count));
}

int linux_set_owner(int descriptor, uint32_t user, uint32_t group) {
    return RESULT(fchown(descriptor, user, group));
}

int linux_set_group(int descriptor, uint32_t group) {
    return RESULT(fchown(descriptor, (uid_t)-1, group));
}

int linux_set_mode(int descriptor, unsigned mode) { return RESULT(fchmod(descriptor, (mode_t)mode)); }

int linux_set_modified(int descriptor, int64_t seconds, int64_t nanoseconds) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = nanoseconds}};
    return RESULT(futimens(descriptor, times));
}

int linux_set_modified_at(int directory, const char *name, int64_t seconds, int64_t nanoseconds) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds, .tv_nsec = nanoseconds}};
    return RESULT(utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW));
}

int linux_lock(int descriptor) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return RESULT(fcntl(descriptor, F_OFD_SETLK, &lock));
}

int linux_is_locked(int descriptor) {
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    int result = RESULT(fcntl(descriptor, F_OFD_GETLK, &lock));
    return result != 0 ? result : lock.l_type != F_UNLCK;
}

int linux_take_read_lease(int descriptor) { return RESULT(fcntl(descriptor, F_SETLEASE, F_RDLCK)); }

int linux_release_lease(int descriptor) { return RESULT(fcntl(descriptor, F_SETLEASE, F_UNLCK)); }

int linux_lease(int descriptor) { return RESULT(fcntl(descriptor, F_GETLEASE)); }

void linux_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

struct thread_start {
    char name[16];
    void (*body)(void *);
    void *context;
};

static void *run_thread(void *argument) {
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
    linux_name_thread(start.name);
    start.body(start.context);
    return NULL;
}

int linux_start_thread(
    const char *name, size_t stack_size, void (*body)(void *context), void *context) {
    struct thread_start *start = calloc(1, sizeof *start);
    pthread_attr_t attributes;
    pthread_t thread;
    int failure;

    if (start == NULL) return -ENOMEM;
    snprintf(start->name, sizeof start->name, "%s", name);
    start->body = body;
    start->context = context;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    failure = stack_size == 0 ? 0 : pthread_attr_setstacksize(&attributes, stack_size);
    if (failure == 0) failure = pthread_create(&thread, &attributes, run_thread, start);
    pthread_attr_destroy(&attributes);
    if (failure != 0) free(start);
    return -failure;
}

static _Thread_local const void *thread_owner;

void linux_set_thread_owner(const void *owner) { thread_owner = owner; }

const void *linux_thread_owner(void) { return thread_owner; }

int linux_ignore_lease_breaks(void) { return signal(SIGIO, SIG_IGN) == SIG_ERR ? -errno : 0; }

void linux_user_name(uint32_t user, char *buffer, size_t count) {
    struct passwd entry, *found = NULL;
    char storage[4096];
    if (getpwuid_r(user, &entry, storage, sizeof storage, &found) == 0 && found != NULL)
        snprintf(buffer, count, "%s", entry.pw_name);
    else
        snprintf(buffer, count, "%u", user);
}

void linux_group_name(uint32_t group, char *buffer, size_t count) {
    struct group entry, *found = NULL;
    char storage[16384];
    if (getgrgid_r(group, &entry, storage, sizeof storage, &found) == 0 && found != NULL)
        snprintf(buffer, count, "%s", entry.gr_name);
    else
        snprintf(buffer, count, "%u", group);
}

const char *linux_error_text(int number) {
    const char *text = strerrordesc_np(number);
    return text != NULL ? text : "unknown error";
}

int linux_clock_is_kept(void) {
    struct timex state;
    memset(&state, 0, sizeof state);
    int result = adjtimex(&state);
    if (result < 0)
        return -errno;
    return result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}
