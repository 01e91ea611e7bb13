// Loaded into the daemon by LD_PRELOAD: records every call that moves a message, writes down what
// is known of it or waits for the disk, and ends the process by SIGKILL just before or just after
// one.
//
// strace(1) counts calls for each thread, and any of the daemon's threads may make the next one.
// Here a call is named by what it does to which folder, such as "rename queue/n sending/n", and
// counted over all threads, so that "the second of these" is the same moment in every run.
//
//   AIM_DROP, AIM_SPOOL   the folders whose calls count
//   AIM_LOG               gets a line for each call: name, number, result
//   AIM_CALL, AIM_NUMBER  which one; nothing is killed without
//   AIM_WHEN              "before" or "after"
//
// AIM_SPOOL is the same as AIM_DROP unless the spool lies elsewhere.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ID_OCTETS = 35, MAXIMUM_NAMES = 256, MAXIMUM_LABEL = 160 };

static const char *drop, *spool, *target, *when;
static long target_number;
static int log_file = -1;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    char label[MAXIMUM_LABEL];
    long count;
} seen[MAXIMUM_NAMES];

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("AIM_LOG"), *number = getenv("AIM_NUMBER");
    drop = getenv("AIM_DROP");
    spool = getenv("AIM_SPOOL");
    target = getenv("AIM_CALL");
    when = getenv("AIM_WHEN");
    target_number = number != NULL ? atol(number) : 0;
    if (log != NULL && drop != NULL && spool != NULL)
        log_file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// What is below a folder: "" for itself, NULL for what lies elsewhere.
static const char *below(const char *path, const char *folder) {
    size_t length = strlen(folder);
    if (strncmp(path, folder, length) != 0) return NULL;
    if (path[length] == '\0') return path + length;
    return path[length] == '/' ? path + length + 1 : NULL;
}

// The folder's name in the state table, or NULL for one that has no messages.
static const char *folder_name(const char *path) {
    const char *rest = below(path, drop);
    if (rest != NULL && *rest == '\0') return "drop";
    if (rest != NULL && strcmp(rest, ".postchute-claim") == 0) return "claim";
    rest = below(path, spool);
    if (rest == NULL) return NULL;
    if (*rest == '\0') return "spool";
    if (strcmp(rest, "queue/sending") == 0) return "sending";
    if (strcmp(rest, "queue/collecting") == 0) return "collecting";
    // Whatever else is a folder in there holds the files of one message.
    if (strncmp(rest, "queue/", 6) == 0) return "bundle";
    if (strncmp(rest, "sent/", 5) == 0) return "day";
    static const char *const names[] = {"queue", "sent", "failed", "held", "state"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index += 1)
        if (strcmp(rest, names[index]) == 0) return names[index];
    return NULL;
}

// What an entry is: a message, its reason, its history, or one of their temporary files.
static const char *kind(const char *folder, const char *name) {
    size_t length = strlen(name);
    if (strcmp(folder, "sent") == 0) return "day";
    if (name[0] == '.' && length > ID_OCTETS + 1) return strrchr(name, '.');
    if (strcmp(folder, "state") == 0 && length == ID_OCTETS) return "id";
    if (length > ID_OCTETS && name[ID_OCTETS] == '.')
        return strcmp(name + length - 4, ".txt") == 0 ? "n.txt" : "n";
    return strcmp(folder, "drop") == 0 || strcmp(folder, "bundle") == 0 ? "name" : name;
}

static int describe_open(int descriptor, char *buffer, size_t size) {
    char link[32], path[PATH_MAX];
    struct stat facts;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0 || path[0] != '/' || fstat(descriptor, &facts) != 0) return 0;
    path[length] = '\0';
    if (S_ISDIR(facts.st_mode)) {
        const char *folder = folder_name(path);
        return folder != NULL ? snprintf(buffer, size, "%s", folder) : 0;
    }
    char *slash = strrchr(path, '/');
    *slash = '\0';
    const char *folder = folder_name(path);
    return folder != NULL ? snprintf(buffer, size, "%s/%s", folder, kind(folder, slash + 1)) : 0;
}

static int describe_entry(int descriptor, const char *name, char *buffer, size_t size) {
    char folder[64];
    // The file that asks the daemon for a look is no message, and may be needed or not.
    if (name[0] == '/' || strcmp(name, ".postchute-wake") == 0) return 0;
    if (!describe_open(descriptor, folder, sizeof folder)) return 0;
    return snprintf(buffer, size, "%s/%s", folder, kind(folder, name));
}

static long count(const char *label) {
    long result = 0;
    pthread_mutex_lock(&lock);
    for (size_t index = 0; index < MAXIMUM_NAMES && result == 0; index += 1) {
        if (seen[index].count != 0 && strcmp(seen[index].label, label) != 0) continue;
        if (seen[index].count == 0) snprintf(seen[index].label, MAXIMUM_LABEL, "%s", label);
        result = ++seen[index].count;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static void note(const char *label, long number, const char *result) {
    char line[MAXIMUM_LABEL + 64];
    int length = snprintf(line, sizeof line, "%s\t%ld\t%s\n", label, number, result);
    if (write(log_file, line, (size_t)length) != length) abort();
}

static void strike(const char *label, long number, const char *moment) {
    if (target == NULL || when == NULL || number != target_number) return;
    if (strcmp(label, target) != 0 || strcmp(when, moment) != 0) return;
    note(label, number, moment);
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int finish(const char *label, long number, long result) {
    int error = errno;
    if (number != 0) {
        note(label, number, result == 0 ? "done" : strerrorname_np(error));
        strike(label, number, "after");
    }
    errno = error;
    return (int)result;
}

static long start(const char *label) {
    long number = count(label);
    strike(label, number, "before");
    return number;
}

static int rename_entry(int from, const char *old, int to, const char *new, unsigned flags) {
    char source[64], goal[64], label[MAXIMUM_LABEL];
    long number = 0;
    if (log_file >= 0 && describe_entry(from, old, source, sizeof source) &&
        describe_entry(to, new, goal, sizeof goal)) {
        snprintf(label, sizeof label, "rename %s %s", source, goal);
        number = start(label);
    }
    return finish(label, number, syscall(SYS_renameat2, from, old, to, new, flags));
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    return rename_entry(from, old, to, new, flags);
}

int renameat(int from, const char *old, int to, const char *new) {
    return rename_entry(from, old, to, new, 0);
}

static int on_entry(const char *call, int folder, const char *name, int number, long argument) {
    char entry[64], label[MAXIMUM_LABEL];
    long counted = 0;
    if (log_file >= 0 && describe_entry(folder, name, entry, sizeof entry)) {
        snprintf(label, sizeof label, "%s %s", call, entry);
        counted = start(label);
    }
    return finish(label, counted, syscall(number, folder, name, argument));
}

int unlinkat(int folder, const char *name, int flags) {
    return on_entry("unlink", folder, name, SYS_unlinkat, flags);
}

int mkdirat(int folder, const char *name, mode_t mode) {
    return on_entry("mkdir", folder, name, SYS_mkdirat, (long)mode);
}

static int on_open(const char *call, int descriptor, int number) {
    char what[64], label[MAXIMUM_LABEL];
    long counted = 0;
    if (log_file >= 0 && describe_open(descriptor, what, sizeof what)) {
        snprintf(label, sizeof label, "%s %s", call, what);
        counted = start(label);
    }
    return finish(label, counted, syscall(number, descriptor));
}

int fsync(int descriptor) { return on_open("fsync", descriptor, SYS_fsync); }

int fdatasync(int descriptor) { return on_open("fdatasync", descriptor, SYS_fdatasync); }
