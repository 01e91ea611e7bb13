/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink: an SMTP server that swallows mail, counts it and digests it.
 *
 *   sink [-p PORT] [-t TALLY] [-d MILLISECONDS] [-n SESSIONS] [-c CERTIFICATE -k KEY] [-b] [-g]
 *
 *   -p  port on 127.0.0.1, printed on standard output; without it the system chooses
 *   -t  keeps its figures in this file too (tally.h), for others to read at any time
 *   -d  waits before the reply to each final dot
 *   -n  sessions at a time, 1000 without it
 *   -c  -k  PEM files: offers STARTTLS
 *   -b  offers CHUNKING and takes BDAT
 *   -g  reads without digesting: what the sink itself can take
 *
 * Prints "MESSAGES OCTETS DIGEST FIRST LAST" at SIGUSR1 and at its end by SIGTERM or SIGINT. What is
 * digested is the content with CRLF, its dots unstuffed, without the final dot; times are seconds of
 * CLOCK_MONOTONIC, from the first MAIL to the latest final dot.
 *
 * One thread, no memory for each message: a sink must cost much less than what is measured with it.
 */
#define _GNU_SOURCE
#include "digest.h"
#include "tally.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    READ_SIZE = 256 * 1024,     /* stays in the second-level cache */
    LINE_LIMIT = 4096,
    REPLY_SIZE = 8192,
    EVENTS = 256,
};

enum state { COMMAND, CONTENT, CHUNK, HANDSHAKE, WAITING };

struct session {
    int descriptor;
    enum state state;
    bool at_line_start;         /* the next octet of content follows a CRLF */
    unsigned char last;         /* the content's latest octet */
    bool last_chunk;
    bool in_message;
    bool wants_tls;
    uint64_t chunk_left;
    struct digest digest;
    SSL *tls;
    unsigned char *held;        /* read, but not to be understood yet */
    size_t held_length;
    size_t reply_length;
    char reply[REPLY_SIZE];
    uint64_t due;               /* when the delayed reply goes out */
    struct session *next_due;
};

static struct tally own_tally;
static struct tally *tally = &own_tally;
static uint64_t delay;
static uint64_t session_limit = 1000;
static bool offers_chunking;
static bool digests = true;
static SSL_CTX *context;
static int poller = -1;
static struct session *first_due, *last_due;
/* Room before the read for what was held back. */
static unsigned char *buffer;

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(EX_OSERR);
}

/* The first "\n." in the octets, as the offset of its line feed; `count` when there is none. */
static size_t find_dot(const unsigned char *octets, size_t count)
{
    size_t i = 0;
#ifdef __SSE2__
    const __m128i feed = _mm_set1_epi8('\n'), dot = _mm_set1_epi8('.');
    for (; i + 17 <= count; i += 16) {
        __m128i here = _mm_loadu_si128((const __m128i *)(octets + i));
        __m128i after = _mm_loadu_si128((const __m128i *)(octets + i + 1));
        int hits = _mm_movemask_epi8(
            _mm_and_si128(_mm_cmpeq_epi8(here, feed), _mm_cmpeq_epi8(after, dot)));
        if (hits) return i + (size_t)__builtin_ctz((unsigned)hits);
    }
#endif
    const unsigned char *found = memmem(octets + i, count - i, "\n.", 2);
    return found ? (size_t)(found - octets) : count;
}

static void reply(struct session *session, const char *text)
{
    size_t length = strlen(text);
    if (session->reply_length + length > REPLY_SIZE) return;
    memcpy(session->reply + session->reply_length, text, length);
    session->reply_length += length;
}

static void begin_message(struct session *session)
{
    session->in_message = true;
    session->at_line_start = true;
    session->last = '\n';
    digest_begin(&session->digest);
}

static void end_message(struct session *session)
{
    tally->messages++;
    tally->octets += session->digest.length;
    tally->digest += digest_end(&session->digest);
    tally->last = now();
    session->in_message = false;
    session->state = COMMAND;
    reply(session, "250 2.0.0 swallowed\r\n");
    if (!delay) return;
    session->state = WAITING;
    session->due = tally->last + delay;
    session->next_due = NULL;
    if (last_due) last_due->next_due = session;
    else first_due = session;
    last_due = session;
}

static void take(struct session *session, const unsigned char *octets, size_t count)
{
    if (!count) return;
    if (digests) digest_add(&session->digest, octets, count);
    else session->digest.length += count;
    session->last = octets[count - 1];
}

/* Takes content up to the final dot; returns how many octets are done with. */
static size_t content(struct session *session, const unsigned char *octets, size_t count)
{
    size_t done = 0;
    while (done < count) {
        const unsigned char *p = octets + done;
        size_t left = count - done;
        if (session->at_line_start && p[0] == '.') {
            if (left < 3 && (left == 1 || p[1] == '\r')) return done;
            if (p[1] == '\r' && p[2] == '\n') {
                end_message(session);
                return done + 3;
            }
            done++;
            p++;
            left--;
        }
        session->at_line_start = false;
        unsigned char before = session->last;
        size_t feed = find_dot(p, left);
        size_t taken = feed == left ? left : feed + 1;
        take(session, p, taken);
        if (taken > 1) before = p[taken - 2];
        session->at_line_start = taken > 0 && p[taken - 1] == '\n' && before == '\r';
        done += taken;
    }
    return done;
}

static size_t chunk(struct session *session, const unsigned char *octets, size_t count)
{
    size_t taken = count < session->chunk_left ? count : (size_t)session->chunk_left;
    take(session, octets, taken);
    session->chunk_left -= taken;
    if (session->chunk_left) return taken;
    if (session->last_chunk) {
        end_message(session);
    } else {
        session->state = COMMAND;
        reply(session, "250 2.0.0 next\r\n");
    }
    return taken;
}

static void greet(struct session *session)
{
    reply(session, "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n");
    if (offers_chunking) reply(session, "250-CHUNKING\r\n");
    if (context && !session->tls) reply(session, "250-STARTTLS\r\n");
    reply(session, "250 SIZE 1073741824\r\n");
}

static bool is(const char *line, const char *verb)
{
    return strncasecmp(line, verb, strlen(verb)) == 0;
}

static void begin_chunk(struct session *session, const char *line)
{
    char *end;
    session->chunk_left = strtoull(line + 5, &end, 10);
    session->last_chunk = strcasestr(end, "LAST") != NULL;
    if (!session->in_message) begin_message(session);
    session->state = CHUNK;
    if (!session->chunk_left) chunk(session, NULL, 0);
}

/* Answers one command; false when the session is over. */
static bool command(struct session *session, const char *line)
{
    if (is(line, "MAIL")) {
        if (!tally->first) tally->first = now();
        reply(session, "250 2.1.0 ok\r\n");
    } else if (is(line, "RCPT")) {
        reply(session, "250 2.1.5 ok\r\n");
    } else if (is(line, "DATA")) {
        begin_message(session);
        session->state = CONTENT;
        reply(session, "354 go\r\n");
    } else if (offers_chunking && is(line, "BDAT ")) {
        begin_chunk(session, line);
    } else if (is(line, "EHLO")) {
        greet(session);
    } else if (is(line, "HELO") || is(line, "NOOP") || is(line, "RSET")) {
        reply(session, "250 2.0.0 ok\r\n");
    } else if (context && !session->tls && is(line, "STARTTLS")) {
        reply(session, "220 2.0.0 go\r\n");
        session->wants_tls = true;
    } else if (is(line, "QUIT")) {
        reply(session, "221 2.0.0 bye\r\n");
        return false;
    } else {
        tally->refused++;
        reply(session, "500 5.5.1 what?\r\n");
    }
    return true;
}

/* Answers the next command, if it is whole; returns its length, 0 for none, −1 at the end. */
static ssize_t command_line(struct session *session, const unsigned char *octets, size_t count)
{
    char line[LINE_LIMIT];
    const unsigned char *feed = memchr(octets, '\n', count);
    if (!feed) return count < LINE_LIMIT ? 0 : -1;
    size_t length = (size_t)(feed - octets) + 1;
    if (length > LINE_LIMIT) return -1;
    memcpy(line, octets, length);
    line[length - 1] = 0;
    return command(session, line) ? (ssize_t)length : -1;
}

static bool send_replies(struct session *session)
{
    if (!session->reply_length || session->state == WAITING) return true;
    ssize_t sent = session->tls
        ? SSL_write(session->tls, session->reply, (int)session->reply_length)
        : send(session->descriptor, session->reply, session->reply_length, MSG_NOSIGNAL);
    bool whole = sent == (ssize_t)session->reply_length;
    session->reply_length = 0;
    return whole;
}

static bool hold(struct session *session, const unsigned char *octets, size_t count)
{
    session->held_length = count;
    if (!count) return true;
    unsigned char *grown = realloc(session->held, count);
    if (!grown) return false;
    session->held = memmove(grown, octets, count);
    return true;
}

/* Understands what was read; false when the session is over. */
static bool feed(struct session *session, const unsigned char *octets, size_t count)
{
    size_t done = 0;
    while (done < count && session->state != WAITING && !session->wants_tls) {
        size_t step = 0;
        if (session->state == CONTENT) {
            step = content(session, octets + done, count - done);
        } else if (session->state == CHUNK) {
            step = chunk(session, octets + done, count - done);
        } else {
            ssize_t length = command_line(session, octets + done, count - done);
            if (length < 0) {
                send_replies(session);
                return false;
            }
            step = (size_t)length;
        }
        if (!step) break;
        done += step;
    }
    return hold(session, octets + done, count - done) && send_replies(session);
}

static void watch(struct session *session, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = session};
    if (epoll_ctl(poller, operation, session->descriptor, &event) != 0) fail("epoll_ctl");
}

static void end_session(struct session *session)
{
    if (session->in_message) tally->cut++;
    tally->open--;
    if (session->tls) SSL_free(session->tls);
    close(session->descriptor);
    free(session->held);
    free(session);
}

static bool begin_tls(struct session *session)
{
    session->wants_tls = false;
    /* What came before the handshake in plain text is not to be believed. */
    session->held_length = 0;
    session->tls = SSL_new(context);
    if (!session->tls || !SSL_set_fd(session->tls, session->descriptor)) return false;
    session->state = HANDSHAKE;
    return true;
}

static bool shake_hands(struct session *session)
{
    int result = SSL_accept(session->tls);
    if (result == 1) {
        session->state = COMMAND;
        tally->protected++;
        return true;
    }
    int error = SSL_get_error(session->tls, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

/* Reads once, beside what was held; −1 when the session is over, 0 when there is nothing now. */
static ssize_t receive(struct session *session, unsigned char *into)
{
    if (!session->tls) {
        ssize_t count = recv(session->descriptor, into, READ_SIZE, 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
        return count > 0 ? count : -1;
    }
    /* Records are 16 KB at most; several of them are one turn. */
    size_t total = 0;
    while (READ_SIZE - total >= 16384) {
        size_t count;
        if (!SSL_read_ex(session->tls, into + total, READ_SIZE - total, &count)) {
            if (SSL_get_error(session->tls, 0) == SSL_ERROR_WANT_READ || total) break;
            return -1;
        }
        total += count;
    }
    return (ssize_t)total;
}

/* One turn of a session that has something to read; false when it is over. */
static bool turn(struct session *session)
{
    if (session->state == HANDSHAKE) {
        if (!shake_hands(session)) return false;
        if (session->state == HANDSHAKE) return true;
    }
    ssize_t count;
    do {
        size_t held = session->held_length;
        if (held > LINE_LIMIT) return false;
        if (held) memcpy(buffer, session->held, held);
        count = receive(session, buffer + held);
        if (count <= 0) return count == 0;
        if (!feed(session, buffer, held + (size_t)count)) return false;
        if (session->wants_tls && !begin_tls(session)) return false;
        /* What OpenSSL has read ahead no event will tell of. */
    } while (session->state != WAITING && session->tls && SSL_has_pending(session->tls));
    if (session->state == WAITING) watch(session, EPOLL_CTL_MOD, 0);
    return true;
}

static void accept_all(int listener)
{
    for (;;) {
        int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) return;
        struct session *session = tally->open < session_limit ? calloc(1, sizeof *session) : NULL;
        if (!session) {
            tally->refused++;
            close(descriptor);
            continue;
        }
        int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        session->descriptor = descriptor;
        tally->sessions++;
        tally->open++;
        watch(session, EPOLL_CTL_ADD, EPOLLIN);
        reply(session, "220 sink ESMTP\r\n");
        if (!send_replies(session)) end_session(session);
    }
}

static void report(void)
{
    printf("%" PRIu64 " %" PRIu64 " %016" PRIx64 " %.6f %.6f\n", tally->messages, tally->octets,
        tally->digest, (double)tally->first / 1e9, (double)tally->last / 1e9);
    fflush(stdout);
}

/* Sends the replies that are due; returns how long to wait for the next, in milliseconds. */
static int answer_due(void)
{
    while (first_due) {
        struct session *session = first_due;
        uint64_t time = now();
        if (session->due > time) return (int)((session->due - time) / 1000000u) + 1;
        first_due = session->next_due;
        if (!first_due) last_due = NULL;
        session->state = COMMAND;
        watch(session, EPOLL_CTL_MOD, EPOLLIN);
        size_t held = session->held_length;
        if (held) memcpy(buffer, session->held, held);
        if (!send_replies(session) || !feed(session, buffer, held)) end_session(session);
        else if (session->state == WAITING) watch(session, EPOLL_CTL_MOD, 0);
    }
    return -1;
}

static int listen_on(int port)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1000))
        fail("listen");
    socklen_t length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void share_tally(const char *path)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0 || ftruncate(descriptor, sizeof *tally)) fail(path);
    tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (tally == MAP_FAILED) fail("mmap");
    close(descriptor);
}

static void offer_tls(const char *certificate, const char *key)
{
    context = SSL_CTX_new(TLS_server_method());
    if (!context || !SSL_CTX_use_certificate_chain_file(context, certificate)
        || !SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM)) {
        ERR_print_errors_fp(stderr);
        exit(EX_CONFIG);
    }
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    /* Fewer and larger reads from the socket than one for each record's head and body. */
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, 128 * 1024);
}

static int signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Reports what the signals ask for; false when one of them ends the sink. */
static bool heed(int descriptor)
{
    struct signalfd_siginfo info;
    while (read(descriptor, &info, sizeof info) == sizeof info) {
        report();
        if (info.ssi_signo != SIGUSR1) return false;
    }
    return true;
}

static void serve(int listener, int signal_descriptor)
{
    struct epoll_event events[EVENTS];
    struct epoll_event listening = {.events = EPOLLIN, .data.ptr = &listener};
    struct epoll_event signalled = {.events = EPOLLIN, .data.ptr = &signal_descriptor};
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &listening)) fail("epoll_ctl");
    if (epoll_ctl(poller, EPOLL_CTL_ADD, signal_descriptor, &signalled)) fail("epoll_ctl");
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS, answer_due());
        for (int i = 0; i < count; i++) {
            void *subject = events[i].data.ptr;
            if (subject == &listener) {
                accept_all(listener);
            } else if (subject == &signal_descriptor) {
                if (!heed(signal_descriptor)) return;
            } else if (((struct session *)subject)->state != WAITING && !turn(subject)) {
                end_session(subject);
            }
        }
    }
}

int main(int count, char **arguments)
{
    const char *certificate = NULL, *key = NULL;
    int option, port = 0;
    while ((option = getopt(count, arguments, "p:t:d:n:c:k:bg")) != -1) {
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 't': share_tally(optarg); break;
        case 'd': delay = (uint64_t)(atof(optarg) * 1e6); break;
        case 'n': session_limit = (uint64_t)atoll(optarg); break;
        case 'c': certificate = optarg; break;
        case 'k': key = optarg; break;
        case 'b': offers_chunking = true; break;
        case 'g': digests = false; break;
        default: return EX_USAGE;
        }
    }
    if (certificate && key) offer_tls(certificate, key);
    signal(SIGPIPE, SIG_IGN);
    buffer = malloc(READ_SIZE + LINE_LIMIT * 2);
    if (!buffer) fail("malloc");
    serve(listen_on(port), signals());
    return 0;
}
