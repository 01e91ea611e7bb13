/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yardstick: drains a drop folder as Postchute must, and does nothing else.
 *
 *   yardstick -p PORT [-c SESSIONS] [-w WORKERS] [-t] FOLDER
 *
 *   -p  an SMTP server on 127.0.0.1
 *   -c  sessions, 20 without it
 *   -w  threads for what blocks before the envelope, 16 without it
 *   -t  over STARTTLS, without looking at the certificate
 *
 * Prints "MESSAGES OCTETS SECONDS", octets on the wire, seconds from the first look into the folder
 * to the last record of a reply.
 *
 * For each message it makes the system calls that the state table of ARCHITECTURE.md asks for, with
 * the same barriers: open, fstat, lease, rename to queue/, lease back, fdatasync, read; B1, the syncs
 * of queue/ and the drop folder, before MAIL; the envelope in one flight; rename to queue/sending/
 * and its sync, B2, before the dot; rename to sent/; its sync, B3, awaited by nobody. Syncs of
 * folders are shared: a waiter is served by one that began after its rename. Content of up to 64 KB
 * is read once, before the envelope; larger content once to be inspected and once to be sent.
 *
 * It reads no header, keeps no state, survives no fault and logs nothing: how close to it a relay
 * comes says what the relay itself costs.
 */
#define _GNU_SOURCE
#include "smtp.h"
#include "wire.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

enum {
    NAME_SIZE = 256,
    SMALL = 64 * 1024,
    PIECE = 256 * 1024,
    REST = 5000, /* microseconds */
    FOUND_LIMIT = 4096,         /* names read ahead */
    CHAIN = 256,                /* names handed on at a time */
    CLAIMED_LIMIT = 1024,       /* claimed and not yet given to a session: each holds a descriptor */
    TYPICAL_SESSIONS = 20,
    TYPICAL_WORKERS = 16,
};

struct message {
    struct message *next;
    int descriptor;
    off_t size;
    char *content;              /* small content, as it goes over the wire */
    size_t length;
    char found[NAME_SIZE];
    char name[NAME_SIZE];       /* in the spool */
};

/* A line of messages between threads. */
struct line {
    pthread_mutex_t lock;
    pthread_cond_t has_some, has_room;
    struct message *first, **end;
    size_t count, limit;
    size_t adders;              /* waiting for room */
    bool closed;
};

/* One fsync at a time for a folder, shared by all whose rename it began after. */
struct folder {
    int descriptor;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool syncing;
    uint64_t begun, done;
};

static struct folder drop, queue, sending, sent;
static struct line found, claimed, ready;
static int port;
static SSL_CTX *context;
static uint64_t message_count, octet_count;
static pthread_mutex_t total_lock = PTHREAD_MUTEX_INITIALIZER;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void line_begin(struct line *line, size_t limit)
{
    pthread_mutex_init(&line->lock, NULL);
    pthread_cond_init(&line->has_some, NULL);
    pthread_cond_init(&line->has_room, NULL);
    line->end = &line->first;
    line->limit = limit;
}

/* Adds a chain of messages; waits while the line is too long. */
static void line_add(struct line *line, struct message *first)
{
    pthread_mutex_lock(&line->lock);
    line->adders++;
    while (line->count >= line->limit) pthread_cond_wait(&line->has_room, &line->lock);
    line->adders--;
    *line->end = first;
    for (struct message *each = first; each; each = each->next) {
        line->count++;
        line->end = &each->next;
    }
    if (first->next) pthread_cond_broadcast(&line->has_some);
    else pthread_cond_signal(&line->has_some);
    pthread_mutex_unlock(&line->lock);
}

static void line_close(struct line *line)
{
    pthread_mutex_lock(&line->lock);
    line->closed = true;
    pthread_cond_broadcast(&line->has_some);
    pthread_mutex_unlock(&line->lock);
}

/* Takes the first message, or with `all` the whole chain; NULL when the line has come to its end. */
static struct message *line_take(struct line *line, bool all)
{
    pthread_mutex_lock(&line->lock);
    while (!line->first && !line->closed) pthread_cond_wait(&line->has_some, &line->lock);
    struct message *taken = line->first;
    if (taken && !all) {
        line->first = taken->next;
        taken->next = NULL;
        line->count--;
    } else {
        line->first = NULL;
        line->count = 0;
    }
    if (!line->first) line->end = &line->first;
    /* Not for each one taken: waking a thread costs more than it does. */
    if (line->adders && line->count <= line->limit / 2) pthread_cond_broadcast(&line->has_room);
    pthread_mutex_unlock(&line->lock);
    return taken;
}

static void folder_open(struct folder *folder, int parent, const char *name)
{
    if (parent >= 0 && mkdirat(parent, name, 0755) && errno != EEXIST) smtp_fail(name);
    folder->descriptor = openat(parent < 0 ? AT_FDCWD : parent, name,
        O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder->descriptor < 0) smtp_fail(name);
    pthread_mutex_init(&folder->lock, NULL);
    pthread_cond_init(&folder->changed, NULL);
}

/* Returns when an fsync that began after this call is done. */
static void folder_sync(struct folder *folder)
{
    pthread_mutex_lock(&folder->lock);
    uint64_t wanted = folder->begun + 1;
    while (folder->done < wanted) {
        if (folder->syncing) {
            pthread_cond_wait(&folder->changed, &folder->lock);
            continue;
        }
        folder->syncing = true;
        uint64_t turn = ++folder->begun;
        pthread_mutex_unlock(&folder->lock);
        if (fsync(folder->descriptor)) smtp_fail("fsync");
        pthread_mutex_lock(&folder->lock);
        folder->syncing = false;
        folder->done = turn;
        pthread_cond_broadcast(&folder->changed);
    }
    pthread_mutex_unlock(&folder->lock);
}

static void move(struct folder *from, const char *old, struct folder *to, const char *new)
{
    if (renameat2(from->descriptor, old, to->descriptor, new, RENAME_NOREPLACE)) smtp_fail(old);
}

static void read_content(struct message *message)
{
    bool small = message->size <= SMALL;
    char piece[SMALL];
    struct wire wire = {.at_line_start = true};
    if (small) message->content = malloc(wire_limit((size_t)message->size) + 5);
    for (off_t offset = 0; offset < message->size;) {
        ssize_t count = pread(message->descriptor, piece, sizeof piece, offset);
        if (count <= 0) smtp_fail("pread");
        offset += count;
        if (small)
            message->length += wire_add(&wire, piece, (size_t)count, message->content + message->length);
    }
}

static void claim(struct message *message, uint64_t number)
{
    struct stat about;
    message->descriptor = openat(drop.descriptor, message->found,
        O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (message->descriptor < 0 || fstat(message->descriptor, &about)) smtp_fail(message->found);
    message->size = about.st_size;
    if (fcntl(message->descriptor, F_SETLEASE, F_RDLCK)) smtp_fail("F_SETLEASE");
    snprintf(message->name, NAME_SIZE, "20261123T101530%06u-%013u.%.200s",
        (unsigned)(number % 1000000), (unsigned)number, message->found);
    move(&drop, message->found, &queue, message->name);
    if (fcntl(message->descriptor, F_SETLEASE, F_UNLCK)) smtp_fail("F_SETLEASE");
    read_content(message);
    if (fdatasync(message->descriptor)) smtp_fail("fdatasync");
}

static void *worker(void *nothing)
{
    static uint64_t numbers;
    struct message *message;
    (void)nothing;
    while ((message = line_take(&found, false))) {
        claim(message, __atomic_add_fetch(&numbers, 1, __ATOMIC_RELAXED));
        line_add(&claimed, message);
    }
    return NULL;
}

/* B1, for as many as were claimed since the last time. */
static void *secure_claims(void *nothing)
{
    struct message *chain;
    (void)nothing;
    while ((chain = line_take(&claimed, true))) {
        folder_sync(&queue);
        folder_sync(&drop);
        line_add(&ready, chain);
    }
    line_close(&ready);
    return NULL;
}

static uint64_t send_large(struct smtp *smtp, struct message *message)
{
    static _Thread_local char piece[PIECE], out[PIECE * 2 + 2];
    struct wire wire = {.at_line_start = true};
    uint64_t total = 0;
    for (off_t offset = 0; offset < message->size;) {
        ssize_t count = pread(message->descriptor, piece, sizeof piece, offset);
        if (count <= 0) smtp_fail("pread");
        offset += count;
        size_t length = wire_add(&wire, piece, (size_t)count, out);
        smtp_send(smtp, out, length);
        total += length;
    }
    return total;
}

static uint64_t submit(struct smtp *smtp, struct message *message)
{
    static const char ENVELOPE[] = "MAIL FROM:<erp@example.com> SIZE=4096 BODY=8BITMIME\r\n"
                                   "RCPT TO:<accounts@example.net>\r\nDATA\r\n";
    uint64_t octets = message->length;
    smtp_send(smtp, ENVELOPE, sizeof ENVELOPE - 1);
    move(&queue, message->name, &sending, message->name);
    folder_sync(&sending);
    smtp_expect(smtp, "223");
    if (message->content) {
        memcpy(message->content + message->length, ".\r\n", 3);
        smtp_send(smtp, message->content, message->length + 3);
    } else {
        octets = send_large(smtp, message);
        smtp_send(smtp, ".\r\n", 3);
    }
    smtp_expect(smtp, "2");
    return octets;
}

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool wanted, over;
} record = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* B3, which no session waits for: after each sync a rest, so that more share one. */
static void *secure_records(void *nothing)
{
    (void)nothing;
    pthread_mutex_lock(&record.lock);
    while (record.wanted || !record.over) {
        if (!record.wanted) {
            pthread_cond_wait(&record.changed, &record.lock);
            continue;
        }
        record.wanted = false;
        pthread_mutex_unlock(&record.lock);
        folder_sync(&sent);
        usleep(REST);
        pthread_mutex_lock(&record.lock);
    }
    pthread_mutex_unlock(&record.lock);
    return NULL;
}

static void want_record(bool over)
{
    pthread_mutex_lock(&record.lock);
    if (over) record.over = true;
    else record.wanted = true;
    pthread_cond_signal(&record.changed);
    pthread_mutex_unlock(&record.lock);
}

static void *session(void *nothing)
{
    struct smtp smtp;
    struct message *message;
    uint64_t messages = 0, octets = 0;
    (void)nothing;
    smtp_open(&smtp, port, context);
    while ((message = line_take(&ready, false))) {
        octets += submit(&smtp, message);
        move(&sending, message->name, &sent, message->name);
        want_record(false);
        messages++;
        close(message->descriptor);
        free(message->content);
        free(message);
    }
    smtp_close(&smtp);
    pthread_mutex_lock(&total_lock);
    message_count += messages;
    octet_count += octets;
    pthread_mutex_unlock(&total_lock);
    return NULL;
}

static void find_messages(void)
{
    DIR *listing = fdopendir(dup(drop.descriptor));
    struct dirent *entry;
    struct message *chain = NULL;
    size_t length_of_chain = 0;
    if (!listing) smtp_fail("fdopendir");
    while ((entry = readdir(listing))) {
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || length < 5 || length >= NAME_SIZE) continue;
        if (strcmp(entry->d_name + length - 4, ".eml")) continue;
        struct message *message = calloc(1, sizeof *message);
        memcpy(message->found, entry->d_name, length + 1);
        message->next = chain;
        chain = message;
        if (++length_of_chain < CHAIN) continue;
        line_add(&found, chain);
        chain = NULL;
        length_of_chain = 0;
    }
    if (chain) line_add(&found, chain);
    closedir(listing);
    line_close(&found);
}

static void start(pthread_t *threads, size_t count, void *(*body)(void *))
{
    for (size_t i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, body, NULL)) smtp_fail("pthread_create");
}

static void join(pthread_t *threads, size_t count)
{
    for (size_t i = 0; i < count; i++) pthread_join(threads[i], NULL);
}

static void open_folders(const char *path)
{
    folder_open(&drop, -1, path);
    folder_open(&queue, drop.descriptor, "queue");
    folder_open(&sending, queue.descriptor, "sending");
    struct folder all_sent;
    folder_open(&all_sent, drop.descriptor, "sent");
    folder_open(&sent, all_sent.descriptor, "2026-11-23");
}

static void drain(size_t sessions, size_t workers)
{
    pthread_t worker_threads[workers], session_threads[sessions], claims, records;
    start(worker_threads, workers, worker);
    start(session_threads, sessions, session);
    start(&claims, 1, secure_claims);
    start(&records, 1, secure_records);
    find_messages();
    join(worker_threads, workers);
    line_close(&claimed);
    join(&claims, 1);
    join(session_threads, sessions);
    want_record(true);
    join(&records, 1);
}

int main(int count, char **arguments)
{
    size_t sessions = TYPICAL_SESSIONS, workers = TYPICAL_WORKERS;
    bool protected = false;
    int option;
    while ((option = getopt(count, arguments, "p:c:w:t")) != -1) {
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'c': sessions = strtoul(optarg, NULL, 10); break;
        case 'w': workers = strtoul(optarg, NULL, 10); break;
        case 't': protected = true; break;
        default: return EX_USAGE;
        }
    }
    if (optind + 1 != count || !port || !sessions || !workers) return EX_USAGE;
    /* A lease that somebody breaks sends SIGIO, which kills. */
    signal(SIGIO, SIG_IGN);
    if (protected) context = SSL_CTX_new(TLS_client_method());
    open_folders(arguments[optind]);
    line_begin(&found, FOUND_LIMIT);
    line_begin(&claimed, CLAIMED_LIMIT);
    line_begin(&ready, CLAIMED_LIMIT);
    double begin = now();
    drain(sessions, workers);
    printf("%llu %llu %.6f\n", (unsigned long long)message_count, (unsigned long long)octet_count,
        now() - begin);
    return 0;
}
