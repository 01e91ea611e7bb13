/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * postchute-watch: prints what happens in folders, for a parent that scans them anyway.
 *
 *   postchute-watch [-x FOLDER]... [-r FOLDER]... [FOLDER]...
 *
 *   FOLDER     watched alone
 *   -r FOLDER  watched with its subfolders, new ones too, except names beginning with a dot
 *   -x FOLDER  never watched, nor anything below it
 *
 * Folders are absolute paths. Ends when standard input closes or standard output breaks.
 *
 * Standard output carries records, each ended by a NUL. Paths are bytes, so a path is always the
 * last field and reaches to the NUL; the fields before it hold no TAB:
 *
 *   R                      every folder was tried once: scan now
 *   E<TAB>WORDS<TAB>PATH   events by inotify's names ("CREATE,ISDIR"); the part of PATH after its
 *                          last slash is the file. A new subfolder is told after it is watched:
 *                          what it held by then has no record, so scan it.
 *   O                      events were lost: scan everything
 *   G<TAB>PATH             a folder of the command line is gone, or another took its place
 *   B<TAB>PATH             a folder that could not be watched is watched now: scan it
 *   F<TAB>ERRNO<TAB>PATH   a folder cannot be watched, in decimal why; tried again every second
 *
 * libinotifytools keeps a path for each watch but cannot follow the world: it never forgets a
 * watch the kernel dropped, finds that stale entry when the path is watched again, and renames
 * nothing. So it is only asked which path a descriptor had, and after any change of folders all
 * of it is set up afresh, at most once a second.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotify.h>
#include <inotifytools/inotifytools.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_DEPTH = 16,        /* subfolders below a folder of the command line */
    MAX_WATCHES = 8192,    /* the kernel's default for one user is of this order */
    EVENTS_PER_TURN = 4096,
    DRAIN_LIMIT = 65536,
    RETRY_SECONDS = 1,
    CHECK_SECONDS = 10,
    MAX_PATH = 4096,
};

/* ATTRIB: a file becomes readable. DELETE is not asked for: every claim would cause one. */
static const int EVENTS = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF
    | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

struct root {
    char *path;
    bool recursive;
    bool watched;
    bool missed;           /* told by F or G, so that B must follow */
    dev_t device;
    ino_t inode;
};

static struct root *roots;
static size_t root_count;
static char **excluded;
static size_t excluded_count;
static int inotify_descriptor = -1;
static int watch_count;
static bool stale;         /* folders changed: the library must begin afresh */
static bool any_missing;

static char output[65536];
static size_t output_length;

static void flush_output(void)
{
    size_t written = 0;
    while (written < output_length) {
        ssize_t n = write(STDOUT_FILENO, output + written, output_length - written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            exit(EX_IOERR);
        written += (size_t)n;
    }
    output_length = 0;
}

/* Nothing is longer than a path, which fits many times. */
static void put(const char *octets, size_t length)
{
    if (length > sizeof output - output_length)
        flush_output();
    memcpy(output + output_length, octets, length);
    output_length += length;
}

static void put_text(const char *text)
{
    put(text, strlen(text));
}

/* The head carries its tabs. */
static void record(const char *head, const char *path)
{
    put_text(head);
    put_text(path);
    put("", 1);
}

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool is_excluded(const char *path)
{
    for (size_t i = 0; i < excluded_count; i++)
        if (is_below(path, excluded[i]))
            return true;
    return false;
}

static void tell_failure(const char *path, int error)
{
    char head[24];
    snprintf(head, sizeof head, "F\t%d\t", error);
    record(head, path);
}

static int watch(const char *path, int flags)
{
    if (watch_count >= MAX_WATCHES)
        return ENOSPC;
    if (!inotifytools_watch_file(path, EVENTS | flags))
        return inotifytools_error() ? inotifytools_error() : EIO;
    watch_count++;
    return 0;
}

/* Returns 0 or an errno. Reads the folder after it is watched: what comes later has its event. */
static int watch_tree(const char *path, bool recursive, int depth)
{
    if (depth > MAX_DEPTH || is_excluded(path))
        return 0;
    int error = watch(path, depth > 0 ? IN_DONT_FOLLOW : 0);
    DIR *folder = error == 0 && recursive ? opendir(path) : NULL;
    struct dirent *entry;
    while (folder && (entry = readdir(folder)) != NULL) {
        char child[MAX_PATH];
        if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
            continue;
        if (snprintf(child, MAX_PATH, "%s/%s", path, entry->d_name) >= MAX_PATH)
            continue;
        int failure = watch_tree(child, true, depth + 1);
        if (failure != 0 && failure != ENOENT && failure != ENOTDIR)
            tell_failure(child, failure);
    }
    if (folder)
        closedir(folder);
    return error;
}

static void lose_root(struct root *root)
{
    if (!root->watched)
        return;
    root->watched = false;
    root->missed = true;
    stale = true;
    record("G\t", root->path);
}

static void watch_root(struct root *root)
{
    struct stat facts;
    int error = stat(root->path, &facts) != 0 ? errno
        : watch_tree(root->path, root->recursive, 0);
    if (error != 0) {
        lose_root(root);
        if (!root->missed)
            tell_failure(root->path, error);
        root->missed = true;
        return;
    }
    root->watched = true;
    root->device = facts.st_dev;
    root->inode = facts.st_ino;
    if (root->missed)
        record("B\t", root->path);
    root->missed = false;
}

/* The library hides its descriptor; it is the lowest free one, since nothing else runs here. */
static bool initialise(void)
{
    int probe = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (probe < 0)
        return false;
    close(probe);
    if (!inotifytools_initialize())
        return false;
    char link[64], target[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", probe);
    ssize_t length = readlink(link, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    inotify_descriptor = probe;
    watch_count = 0;
    return strstr(target, "inotify") != NULL;
}

static void begin_afresh(void)
{
    /* The library's read buffer outlives its clean-up and would carry old descriptors over. */
    for (int i = 0; i < DRAIN_LIMIT && inotifytools_next_events(0, 1); i++)
        ;
    inotifytools_cleanup();
    if (!initialise())
        exit(EX_OSERR);
    stale = false;
    for (size_t i = 0; i < root_count; i++)
        watch_root(&roots[i]);
    record("O", "");
}

/* The folder comes as the library keeps it, with a slash at its end. */
static struct root *root_of(const char *folder, bool *is_root)
{
    struct root *found = NULL;
    *is_root = false;
    for (size_t i = 0; i < root_count; i++) {
        if (!is_below(folder, roots[i].path))
            continue;
        bool same = strlen(folder) == strlen(roots[i].path) + 1;
        if (same || (roots[i].recursive && !*is_root))
            found = &roots[i];
        *is_root |= same;
    }
    return found;
}

static int depth_below(const struct root *root, const char *path)
{
    int depth = 0;
    for (const char *c = path + strlen(root->path); *c; c++)
        depth += *c == '/';
    return depth;
}

static void handle(const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW) {
        /* A subfolder may have come or gone unseen. */
        stale = true;
        record("O", "");
        return;
    }
    bool is_root;
    const char *folder = inotifytools_filename_from_wd(event->wd);
    struct root *root = folder ? root_of(folder, &is_root) : NULL;
    if (!root)
        return;
    if (event->mask & (IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)) {
        stale = true;
        if (is_root)
            lose_root(root);
        return;
    }
    const char *name = event->len > 0 ? event->name : "";
    if (root->recursive && (event->mask & IN_ISDIR) && (event->mask & (IN_CREATE | IN_MOVED_TO))
        && name[0] != '.') {
        char child[MAX_PATH];
        if (snprintf(child, MAX_PATH, "%s%s", folder, name) < MAX_PATH)
            watch_tree(child, true, depth_below(root, child));
    }
    put_text("E\t");
    put_text(inotifytools_event_to_str((int)event->mask));
    put_text("\t");
    record(folder, name);
}

/* Returns whether more may be waiting. */
static bool handle_events(void)
{
    for (int i = 0; i < EVENTS_PER_TURN; i++) {
        struct inotify_event *event = inotifytools_next_events(0, 1);
        if (!event)
            return false;
        handle(event);
    }
    return true;
}

/* A renamed parent gives no event: only a look at the path shows another folder there. */
static void check_roots(void)
{
    struct stat facts;
    for (size_t i = 0; i < root_count; i++)
        if (roots[i].watched
            && (stat(roots[i].path, &facts) != 0 || facts.st_dev != roots[i].device
                || facts.st_ino != roots[i].inode))
            lose_root(&roots[i]);
    if (stale)
        begin_afresh();
    any_missing = false;
    for (size_t i = 0; i < root_count; i++) {
        if (!roots[i].watched)
            watch_root(&roots[i]);
        any_missing |= !roots[i].watched;
    }
}

static long long now_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Anything the parent says is ignored; only the end counts. */
static bool input_ended(void)
{
    char ignored[512];
    ssize_t n = read(STDIN_FILENO, ignored, sizeof ignored);
    return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

static int run(void)
{
    long long checked = now_milliseconds();
    bool more = false;
    for (;;) {
        long long pause = stale || any_missing ? RETRY_SECONDS : CHECK_SECONDS;
        long long wait = checked + pause * 1000 - now_milliseconds();
        struct pollfd polled[2] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = inotify_descriptor, .events = POLLIN},
        };
        if (poll(polled, 2, more || wait < 0 ? 0 : (int)wait) < 0) {
            if (errno != EINTR)
                return EX_OSERR;
            continue;
        }
        if (polled[0].revents && input_ended())
            return EX_OK;
        more = handle_events();
        if (now_milliseconds() >= checked + pause * 1000) {
            check_roots();
            checked = now_milliseconds();
        }
        flush_output();
    }
}

/* An absolute path without slashes at its end, or NULL. */
static char *folder_argument(char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        path[--length] = '\0';
    return path[0] == '/' && length < MAX_PATH ? path : NULL;
}

/* The "-" makes getopt hand over a plain folder as the argument of option 1. */
static bool read_arguments(int argc, char **argv)
{
    int option;
    roots = calloc((size_t)argc, sizeof *roots);
    excluded = calloc((size_t)argc, sizeof *excluded);
    while (roots && excluded && (option = getopt(argc, argv, "-r:x:")) != -1) {
        char *path = option == '?' ? NULL : folder_argument(optarg);
        if (!path)
            return false;
        if (option == 'x')
            excluded[excluded_count++] = path;
        else
            roots[root_count++] = (struct root){.path = path, .recursive = option == 'r'};
    }
    return root_count > 0;
}

int main(int argc, char **argv)
{
    if (!read_arguments(argc, argv))
        return EX_USAGE;
    signal(SIGPIPE, SIG_IGN);
    if (!initialise())
        return EX_OSERR;
    check_roots();
    record("R", "");
    flush_output();
    return run();
}
