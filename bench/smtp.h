/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's half of an SMTP session, blocking, on loopback, with TLS or without.
 *
 * Whatever does not go as it should ends the program: what is measured must be flawless.
 */
#ifndef BENCH_SMTP_H
#define BENCH_SMTP_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

struct smtp {
    int descriptor;
    SSL *tls;
    size_t length;              /* of what was received and not yet read */
    char received[4096];
};

static inline void smtp_fail(const char *what)
{
    perror(what);
    exit(EX_OSERR);
}

static inline void smtp_send(struct smtp *smtp, const char *octets, size_t count)
{
    while (count) {
        /* One record for each call, as Postchute writes them. */
        size_t piece = smtp->tls && count > 16384 ? 16384 : count;
        ssize_t sent = smtp->tls ? SSL_write(smtp->tls, octets, (int)piece)
                                 : send(smtp->descriptor, octets, piece, MSG_NOSIGNAL);
        if (sent <= 0) smtp_fail("send");
        octets += sent;
        count -= (size_t)sent;
    }
}

static inline void smtp_receive(struct smtp *smtp)
{
    char *into = smtp->received + smtp->length;
    size_t room = sizeof smtp->received - smtp->length;
    ssize_t count = smtp->tls ? SSL_read(smtp->tls, into, (int)room)
                              : recv(smtp->descriptor, into, room, 0);
    if (count <= 0) smtp_fail("recv");
    smtp->length += (size_t)count;
}

/* Reads the last lines of `replies` replies, each of which must begin with its digit of `digits`. */
static inline void smtp_expect(struct smtp *smtp, const char *digits)
{
    while (*digits) {
        char *feed = memchr(smtp->received, '\n', smtp->length);
        if (!feed) {
            smtp_receive(smtp);
            continue;
        }
        size_t length = (size_t)(feed - smtp->received) + 1;
        if (smtp->received[0] != *digits) {
            fprintf(stderr, "unexpected reply: %.*s", (int)length, smtp->received);
            exit(EX_PROTOCOL);
        }
        if (length < 4 || smtp->received[3] != '-') digits++;
        smtp->length -= length;
        memmove(smtp->received, feed + 1, smtp->length);
    }
}

static inline void smtp_command(struct smtp *smtp, const char *line, const char *digits)
{
    smtp_send(smtp, line, strlen(line));
    smtp_expect(smtp, digits);
}

/* Opens a session up to the EHLO that counts; with a context, over STARTTLS. */
static inline void smtp_open(struct smtp *smtp, int port, SSL_CTX *context)
{
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(smtp, 0, sizeof *smtp);
    smtp->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(smtp->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(smtp->descriptor, (struct sockaddr *)&address, sizeof address))
        smtp_fail("connect");
    smtp_expect(smtp, "2");
    smtp_command(smtp, "EHLO bench.example.com\r\n", "2");
    if (!context) return;
    smtp_command(smtp, "STARTTLS\r\n", "2");
    smtp->tls = SSL_new(context);
    SSL_set_fd(smtp->tls, smtp->descriptor);
    if (SSL_connect(smtp->tls) != 1) smtp_fail("SSL_connect");
    smtp_command(smtp, "EHLO bench.example.com\r\n", "2");
}

static inline void smtp_close(struct smtp *smtp)
{
    smtp_command(smtp, "QUIT\r\n", "2");
    if (smtp->tls) SSL_free(smtp->tls);
    close(smtp->descriptor);
}

#endif
