#define _GNU_SOURCE
#include "CLinuxUser.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// glibc has no wrapper for capset(2), and libcap would be one more library.
static int set_capabilities(uint32_t mask) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    data[0].effective = data[0].permitted = data[0].inheritable = mask;
    return syscall(SYS_capset, &header, data) == -1 ? -errno : 0;
}

static int set_groups(uint32_t user, uint32_t group) {
    struct passwd entry, *found = NULL;
    char storage[4096];
    gid_t primary = group;
    int result;
    if (getpwuid_r(user, &entry, storage, sizeof storage, &found) == 0 && found != NULL) {
        primary = entry.pw_gid;
        result = initgroups(entry.pw_name, primary);
    } else {
        result = setgroups(1, &primary);
    }
    if (result == -1 || setresgid(primary, primary, primary) == -1) return -errno;
    return 0;
}

// See: capabilities(7), "Ambient": what is there survives execve(2) of an ordinary program.
static int pass_on_leases(void) {
    if (set_capabilities(1u << CAP_LEASE) != 0) return 0;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_LEASE, 0, 0) == 0;
}

int linux_become_user(uint32_t user, uint32_t group, int keeps_leases) {
    int kept = 0;
    int result = set_groups(user, group);
    if (result != 0) return result;
    if (keeps_leases && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1) return -errno;
    if (setresuid(user, user, user) == -1) return -errno;
    if (keeps_leases) {
        kept = pass_on_leases();
        // A container may withhold the capability: then nothing is kept.
        if (!kept) result = set_capabilities(0);
        if (result != 0) return result;
        if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) == -1) return -errno;
    }
    return setresuid(-1, 0, -1) == 0 ? -EPERM : kept;
}

int linux_start_again(char *const *arguments) {
    // A worker thread blocks signals, and the mask outlives execve(2).
    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) == -1) return -errno;
    execv("/proc/self/exe", arguments);
    return -errno;
}
