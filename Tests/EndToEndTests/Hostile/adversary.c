// Writes into a drop folder what a hostile user could, for some seconds.
//
//   adversary attack DROP OUTSIDE SECONDS SEED LEASES ATTACK [ID…]
//   adversary honest DROP MESSAGES SECONDS
//   adversary check FOLDER
//
// OUTSIDE is a folder with canaries: links lead there. LEASES is 1 where the daemon can tell
// whether a file is open, so that rewriting an open file must not show; ATTACK is the name of
// one, or `all`; IDs are those of messages that wait. Each message says in its header what its body must hash to, so that whoever receives
// it can tell a whole version from a mixture of two. Every version of a file has the same length.
//
// Prints `name count` for each attack that did something, and `breach …` for what must not work;
// `check` prints `whole FILE RECIPIENT` or `mixed FILE` for each message received.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SMALL 3000
#define LARGE (600 * 1024)

static const char *drop, *outside;
static char **ids;
static int id_count, has_leases;
static double end_time;
static atomic_int serial;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int goes_on(void) { return now() < end_time; }

static void rest(double milliseconds) {
    long nanoseconds = (long)(milliseconds * 1e6);
    struct timespec time = {nanoseconds / 1000000000L, nanoseconds % 1000000000L};
    nanosleep(&time, NULL);
}

static unsigned any(unsigned *seed, unsigned below) { return (unsigned)rand_r(seed) % below; }

static void join(char path[PATH_MAX], const char *format, ...) {
    int length = snprintf(path, PATH_MAX, "%s/", drop);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path + length, PATH_MAX - (size_t)length, format, arguments);
    va_end(arguments);
}

// FNV-1a over text; on the wire each line has got a CR, which does not count.
static uint64_t digest(uint64_t hash, const char *text) {
    for (; *text; text++) {
        if (*text != '\r') hash = (hash ^ (uint8_t)*text) * 0x100000001B3;
    }
    return hash;
}

// A message of exactly `size` octets with a number of its own and a digest of recipient and body.
// Multipart, so that any beginning of it is recognisably cut off.
static char *make_message(const char *who, size_t size) {
    int number = atomic_fetch_add(&serial, 1);
    char *text = malloc(size + 1), *body = malloc(size + 1), recipient[64];
    snprintf(recipient, sizeof recipient, "r%08d@example.org", number);
    const char *head =
        "From: %s@example.com\nTo: %s\nSubject: %08d\nMessage-ID: <%s-%08d@example.com>\n"
        "Date: Mon, 23 Nov 2026 10:15:30 +0000\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=\"sep\"\nX-Check: %016llx\n\n";
    size_t head_size = (size_t)snprintf(NULL, 0, head, who, recipient, number, who, number, 0ULL);
    size_t length = (size_t)sprintf(body, "--sep\nContent-Type: text/plain\n\n");
    const char *last = "\n--sep--\n";
    size_t body_size = size - head_size;
    while (length + 10 + strlen(last) < body_size) {
        length += (size_t)sprintf(body + length, "%08d\n", number);
    }
    while (length + strlen(last) < body_size) body[length++] = 'x';
    strcpy(body + length, last);
    unsigned long long hash = digest(digest(0xCBF29CE484222325, recipient), body);
    sprintf(text, head, who, recipient, number, who, number, hash);
    strcat(text, body);
    free(body);
    return text;
}

static int write_file(const char *path, const char *text, size_t size, mode_t mode) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (file < 0) return -1;
    if (write(file, text, size) != (ssize_t)size) perror("write");
    return close(file);
}

// A finished message under a name that is left alone.
static void put_aside(char path[PATH_MAX], size_t size) {
    join(path, ".aside-%08d", atomic_fetch_add(&serial, 1));
    char *text = make_message("adversary", size);
    write_file(path, text, size, 0640);
    free(text);
}

static int exists(const char *path) {
    struct stat facts;
    return lstat(path, &facts) == 0;
}

static void await_claim(const char *path) {
    for (int tries = 0; tries < 3000 && goes_on() && exists(path); tries++) rest(0.1);
}

static void make_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    // The path of a test's folder may be too long for an address.
    char short_path[64];
    int folder = open(drop, O_PATH | O_DIRECTORY);
    snprintf(short_path, sizeof short_path, "/proc/self/fd/%d/%.30s", folder, strrchr(path, '/') + 1);
    strcpy(address.sun_path, short_path);
    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0 && errno != EADDRINUSE) {
        perror("bind");
    }
    close(server);
    close(folder);
}

// Something under a name that is no message.
static void make_obstacle(const char *path, unsigned kind) {
    char target[PATH_MAX];
    switch (kind) {
    case 0: symlink("/etc/passwd", path); break;
    case 1:
        snprintf(target, sizeof target, "%s/secret.eml", outside);
        symlink(target, path);
        break;
    case 2: symlink(outside, path); break;
    case 3: mkfifo(path, 0666); break;
    case 4: make_socket(path); break;
    case 5: mkdir(path, 0555); break;
    // Open to the daemon, which may move it then.
    case 6: mkdir(path, 0770); break;
    case 7:
        snprintf(target, sizeof target, "%s/theirs.eml", outside);
        link(target, path);
        break;
    case 8: symlink("queue", path); break;
    case 9: write_file(path, "", 0, 0600); break;
    default: symlink("/dev/zero", path); break;
    }
}
#define OBSTACLES 11

static void discard(const char *path) {
    if (unlink(path) < 0 && errno == EISDIR) rmdir(path);
}

static int attack_swap(unsigned *seed, int round) {
    char path[PATH_MAX], other[PATH_MAX], aside[PATH_MAX];
    join(path, "swap-%u-%d.eml", *seed % 1000, round);
    join(other, ".other-%u-%d", *seed % 1000, round);
    put_aside(aside, SMALL);
    make_obstacle(other, any(seed, OBSTACLES));
    rename(aside, path);
    int swaps = 0;
    // An even number of times: in the end the message has its name again, unless it was claimed.
    while (swaps < 300 && goes_on()
        && renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE) == 0) {
        swaps++;
        if (any(seed, 2)) rest(any(seed, 10) / 10.0);
    }
    discard(other);
    if (round % 2) discard(path);
    return swaps > 0;
}

// Writes to a claimed file through a descriptor from before the claim.
static int attack_reopen(unsigned *seed, int round) {
    char path[PATH_MAX], aside[PATH_MAX], own[64];
    size_t size = any(seed, 3) ? LARGE : SMALL;
    join(path, "reopen-%u-%d.eml", *seed % 1000, round);
    put_aside(aside, size);
    int reader = open(aside, O_RDONLY);
    snprintf(own, sizeof own, "/proc/self/fd/%d", reader);
    rename(aside, path);
    await_claim(path);
    int rewrites = 0;
    for (int turn = 0; turn < 20 && has_leases; turn++) {
        rest(any(seed, 30) / 10.0);
        int writer = open(own, O_RDWR);
        if (writer < 0) continue;
        char *text = make_message("adversary", size);
        size_t half = size / 2 + any(seed, (unsigned)size / 4);
        if (any(seed, 4) == 0) ftruncate(writer, (off_t)any(seed, (unsigned)size));
        pwrite(writer, text + half, size - half, (off_t)half);
        if (any(seed, 2)) sched_yield();
        pwrite(writer, text, half, 0);
        close(writer);
        free(text);
        rewrites++;
    }
    close(reader);
    rest(50);
    return rewrites > 0;
}

// Writes through a descriptor that stays open under the final name.
static int attack_keep_open(unsigned *seed, int round) {
    char path[PATH_MAX], aside[PATH_MAX];
    join(path, "open-%u-%d.eml", *seed % 1000, round);
    put_aside(aside, LARGE);
    int writer = open(aside, O_RDWR);
    rename(aside, path);
    for (int turn = 0; turn < 5; turn++) {
        char *text = make_message("adversary", LARGE);
        pwrite(writer, text, LARGE / 2, 0);
        rest(has_leases ? any(seed, 50) : 0);
        pwrite(writer, text + LARGE / 2, LARGE - LARGE / 2, LARGE / 2);
        free(text);
    }
    close(writer);
    return 1;
}

// Writes through a mapping whose descriptor is closed.
static int attack_map(unsigned *seed, int round) {
    char path[PATH_MAX], aside[PATH_MAX];
    if (!has_leases) return 0;
    join(path, "map-%u-%d.eml", *seed % 1000, round);
    put_aside(aside, LARGE);
    int writer = open(aside, O_RDWR);
    char *map = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED, writer, 0);
    close(writer);
    if (map == MAP_FAILED) return 0;
    rename(aside, path);
    for (int turn = 0; turn < 10; turn++) {
        char *text = make_message("adversary", LARGE);
        memcpy(map, text, LARGE / 2);
        rest(any(seed, 30));
        memcpy(map + LARGE / 2, text + LARGE / 2, LARGE - LARGE / 2);
        free(text);
    }
    munmap(map, LARGE);
    await_claim(path);
    return 1;
}

static int attack_names(unsigned *seed, int round) {
    static const char *const names[] = {
        "\xFF\xFE\x80.eml", "new\nline\rreturn.eml", "\x1B[2J\x1B]0;x\x07.eml", "..eml", "...eml",
        "\xE2\x80\xAE" "gnp.eml", "$(touch pwned).eml", "-rf.eml", "x.txt.eml", "*.eml", "%s%n.eml",
        "level=error event=stopped.eml", "queue.eml", "\" id=forged event=sent.eml", "x.eml.EML",
        "\xE2\x80\xA8line.eml", "sending.eml", "lock.eml", "\x01\x02.eml",
    };
    char path[PATH_MAX], aside[PATH_MAX], name[NAME_MAX + 1];
    unsigned choice = any(seed, sizeof names / sizeof *names + 3);
    if (choice < sizeof names / sizeof *names) {
        snprintf(name, sizeof name, "%s", names[choice]);
    } else if (choice == sizeof names / sizeof *names) {
        memset(name, 'n', NAME_MAX);
        strcpy(name + NAME_MAX - 4, ".eml");
    } else if (id_count > 0) {
        snprintf(name, sizeof name, "%s.waits.eml", ids[any(seed, (unsigned)id_count)]);
    } else {
        snprintf(name, sizeof name, "20261123T101530%06d-7h3k9q2mzx4wp.x.eml", round % 1000000);
    }
    join(path, "%s", name);
    put_aside(aside, SMALL);
    if (renameat2(AT_FDCWD, aside, AT_FDCWD, path, RENAME_NOREPLACE) < 0) discard(aside);
    await_claim(path);
    discard(path);
    return 1;
}

// Names that mean something to the daemon, as files, links and folders.
static int attack_own_names(unsigned *seed, int round) {
    static const char *const names[] = {
        "PAUSED", "queue", ".postchute-claim", ".postchute-wake", "state", "sent", "x.txt",
        "failed.txt", "lock", ".postchute-wake", ".postchute-wake", ".20261123T101530.copy",
    };
    char path[PATH_MAX], inside[PATH_MAX];
    join(path, "%s", names[any(seed, sizeof names / sizeof *names)]);
    // A claim folder of ours would be refused with a cure, which is not what is tried here.
    int is_claim = strstr(path, "-claim") != NULL;
    if (any(seed, 2) && !is_claim) mkdir(path, 0777);
    else if (any(seed, 2)) symlink(outside, path);
    else write_file(path, "x", 1, 0666);
    snprintf(inside, sizeof inside, "%s/x.eml", path);
    if (write_file(inside, "x", 1, 0666) == 0) unlink(inside);
    rest(any(seed, 20) / 10.0);
    discard(path);
    return round >= 0;
}

// As many names as there is time for.
static int attack_flood(unsigned *seed, int round) {
    char path[PATH_MAX];
    int base = (int)(*seed % 1000);
    for (int number = 0; number < 500; number++) {
        join(path, "flood-%d-%d-%d.eml", base, round, number);
        make_obstacle(path, any(seed, OBSTACLES));
    }
    for (int number = 0; number < 500; number++) {
        join(path, "flood-%d-%d-%d.eml", base, round, number);
        discard(path);
    }
    rest(100);
    return 1;
}

// Every way to get at the folders of the spool.
static int attack_spool(unsigned *seed, int round) {
    static const char *const folders[] = {"queue", "sent", "failed", "held", "state"};
    char path[PATH_MAX], other[PATH_MAX];
    const char *folder = folders[any(seed, 5)];
    join(path, "%s", folder);
    join(other, "taken-%d", round);
    if (rename(path, other) == 0) printf("breach renamed %s\n", folder);
    if (mkdir(other, 0777) == 0) {
        if (renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE) == 0) {
            printf("breach exchanged %s\n", folder);
        }
        rmdir(other);
    }
    if (rmdir(path) == 0) printf("breach removed %s\n", folder);
    if (chmod(path, 0777) == 0) printf("breach opened %s\n", folder);
    if (opendir(path)) printf("breach listed %s\n", folder);
    join(other, "%s/x.eml", folder);
    if (write_file(other, "x", 1, 0666) == 0) printf("breach wrote into %s\n", folder);
    return 1;
}

// Files as large as the file system allows, and no blocks.
static int attack_sparse(unsigned *seed, int round) {
    char path[PATH_MAX], aside[PATH_MAX];
    put_aside(aside, SMALL);
    int file = open(aside, O_WRONLY);
    off_t size = 1LL << 40;
    ftruncate(file, size);
    if (any(seed, 2)) pwrite(file, "\n--sep--\n", 9, size - 9);
    close(file);
    if (id_count > 0 && any(seed, 2)) join(path, "%s.huge-%d.eml", ids[0], round);
    else join(path, "huge-%d.eml", round);
    rename(aside, path);
    rest(500);
    discard(path);
    return 1;
}

// Takes rights away from a file that is claimed, and keeps a lease on it.
static int attack_claimed_modes(unsigned *seed, int round) {
    static const mode_t modes[] = {0, 0200, 04755, 0640};
    char path[PATH_MAX], aside[PATH_MAX];
    join(path, "claimed-%u-%d.eml", *seed % 1000, round);
    put_aside(aside, SMALL);
    int file = open(aside, O_RDONLY);
    rename(aside, path);
    await_claim(path);
    fchmod(file, modes[any(seed, 4)]);
    int leased = 0;
    for (int turn = 0; turn < 20 && leased == 0; turn++) {
        leased = fcntl(file, F_SETLEASE, F_WRLCK) == 0;
        rest(any(seed, 10) / 10.0);
    }
    rest(any(seed, 50));
    close(file);
    return 1;
}

static int attack_modes(unsigned *seed, int round) {
    static const mode_t modes[] = {0, 0200, 04755, 06777, 0640, 01644};
    if (round % 2) return attack_claimed_modes(seed, round);
    char path[PATH_MAX], aside[PATH_MAX];
    join(path, "mode-%u-%d.eml", *seed % 1000, round);
    put_aside(aside, SMALL);
    rename(aside, path);
    for (int turn = 0; turn < 20; turn++) {
        chmod(path, modes[any(seed, 6)]);
        rest(any(seed, 10) / 10.0);
    }
    // A lease of ours has the daemon's open refused.
    int file = open(path, O_RDONLY);
    if (file >= 0) {
        fcntl(file, F_SETLEASE, F_WRLCK);
        flock(file, LOCK_EX | LOCK_NB);
        rest(any(seed, 100));
        close(file);
    }
    discard(path);
    return 1;
}

static int attack_links(unsigned *seed, int round) {
    char path[PATH_MAX], other[PATH_MAX], aside[PATH_MAX], target[PATH_MAX];
    join(path, "link-%u-%d.eml", *seed % 1000, round);
    join(other, "link-%u-%d-2.eml", *seed % 1000, round);
    put_aside(aside, SMALL);
    link(aside, path);
    link(aside, other);
    unlink(aside);
    snprintf(target, sizeof target, "%s/secret.eml", outside);
    for (int turn = 0; turn < 50; turn++) {
        unlink(other);
        if (link(target, other) == 0) unlink(other);
        snprintf(aside, sizeof aside, "%s/theirs.eml", outside);
        link(aside, other);
        unlink(other);
        link(path, other);
        rest(any(seed, 10) / 10.0);
    }
    discard(any(seed, 2) ? other : path);
    return 1;
}

static int attack_depth(unsigned *seed, int round) {
    char path[PATH_MAX];
    join(path, "deep-%d.eml", round);
    size_t base = strlen(path);
    int depth = 0;
    while (depth < 200 && mkdir(path, 0755) == 0) {
        depth++;
        strcat(path, "/x.eml");
    }
    rest(any(seed, 20));
    for (; depth > 0; depth--) {
        path[base + (size_t)(depth - 1) * 6] = 0;
        rmdir(path);
    }
    return 1;
}

struct attack {
    const char *name;
    int (*run)(unsigned *seed, int round);
    double pause;
};

static const struct attack attacks[] = {
    {"swap", attack_swap, 5},       {"swap", attack_swap, 5},
    {"reopen", attack_reopen, 5},   {"reopen", attack_reopen, 5},
    {"keep-open", attack_keep_open, 50},
    {"map", attack_map, 20},        {"names", attack_names, 10},
    {"own-names", attack_own_names, 1},
    {"flood", attack_flood, 10},    {"spool", attack_spool, 5},
    {"sparse", attack_sparse, 10},  {"modes", attack_modes, 5},
    {"links", attack_links, 5},     {"depth", attack_depth, 20},
};
#define ATTACKS (sizeof attacks / sizeof *attacks)

static unsigned first_seed;

static void *run(void *context) {
    const struct attack *attack = context;
    unsigned seed = first_seed * 100 + (unsigned)(attack - attacks);
    long count = 0;
    for (int round = 0; goes_on(); round++) {
        count += attack->run(&seed, round);
        rest(attack->pause);
    }
    printf("%s %ld\n", attack->name, count);
    return NULL;
}

static int attack(const char *only) {
    pthread_t threads[ATTACKS];
    size_t count = 0;
    for (size_t index = 0; index < ATTACKS; index++) {
        const struct attack *attack = &attacks[index];
        if (strcmp(only, "all") != 0 && strcmp(only, attack->name) != 0) continue;
        if (pthread_create(&threads[count++], NULL, run, (void *)attack) != 0) return 1;
    }
    while (count > 0) pthread_join(threads[--count], NULL);
    return 0;
}

// Mail of a user who means no harm: half of it renamed to its name, half written there.
static int send_honestly(int messages, double seconds) {
    char path[PATH_MAX], aside[PATH_MAX];
    for (int number = 0; number < messages; number++) {
        size_t size = number % 10 ? SMALL : LARGE;
        char *text = make_message("honest", size);
        join(path, "honest-%d.eml", number);
        join(aside, ".honest-%d.tmp", number);
        const char *first = number % 2 ? aside : path;
        if (write_file(first, text, size, 0640) < 0) return 1;
        if (first == aside && rename(aside, path) < 0) return 1;
        free(text);
        rest(seconds * 1000 / messages);
    }
    return 0;
}

// What a server received, against what its header says.
static int check_all(const char *folder) {
    DIR *entries = opendir(folder);
    if (!entries) return 1;
    for (struct dirent *entry; (entry = readdir(entries));) {
        size_t length = strlen(entry->d_name);
        if (length < 4 || strcmp(entry->d_name + length - 4, ".eml") != 0) continue;
        int file = openat(dirfd(entries), entry->d_name, O_RDONLY);
        struct stat facts;
        if (file < 0 || fstat(file, &facts) < 0) return 1;
        char *text = calloc(1, (size_t)facts.st_size + 1), recipient[64] = "";
        unsigned long long said = 0;
        if (read(file, text, (size_t)facts.st_size) != facts.st_size) return 1;
        close(file);
        const char *body = strstr(text, "\r\n\r\n"), *to = strstr(text, "\r\nTo: ");
        const char *check = strstr(text, "\r\nX-Check: ");
        int is_whole = body && to && check && check < body && strlen(text) == (size_t)facts.st_size
            && sscanf(to, "\r\nTo: %63s", recipient) == 1
            && sscanf(check, "\r\nX-Check: %llx", &said) == 1
            && digest(digest(0xCBF29CE484222325, recipient), body + 4) == said;
        printf("%s %s %s\n", is_whole ? "whole" : "mixed", entry->d_name, recipient);
        free(text);
    }
    return 0;
}

int main(int count, char **arguments) {
    umask(0007);
    // What a lease of ours gets when the daemon opens the file.
    signal(SIGIO, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    drop = count > 2 ? arguments[2] : "";
    if (count == 5 && strcmp(arguments[1], "honest") == 0) {
        return send_honestly(atoi(arguments[3]), atof(arguments[4]));
    }
    if (count == 3 && strcmp(arguments[1], "check") == 0) return check_all(drop);
    if (count < 8 || strcmp(arguments[1], "attack") != 0) return 64;
    outside = arguments[3];
    end_time = now() + atof(arguments[4]);
    first_seed = (unsigned)atoi(arguments[5]);
    has_leases = atoi(arguments[6]);
    ids = arguments + 8;
    id_count = count - 8;
    return attack(arguments[7]);
}
