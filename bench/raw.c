/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw: sends octets out of memory to an SMTP server, as fast as sockets and OpenSSL go.
 *
 *   raw -p PORT [-n COUNT] [-s OCTETS] [-c SESSIONS] [-t]
 *
 *   -n  messages, 100 without it
 *   -s  octets of each, 10,000,000 without it
 *   -c  sessions, each a thread; 8 without it
 *   -t  over STARTTLS, without looking at the certificate
 *
 * Prints "MESSAGES OCTETS SECONDS". It reads no file and looks at no octet, so no relay is faster.
 */
#define _GNU_SOURCE
#include "smtp.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

static int port;
static SSL_CTX *context;
static char *content;
static size_t size = 10000000;
static long left = 100;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *session(void *nothing)
{
    struct smtp smtp;
    (void)nothing;
    smtp_open(&smtp, port, context);
    while (__atomic_sub_fetch(&left, 1, __ATOMIC_RELAXED) >= 0) {
        smtp_command(&smtp, "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n", "223");
        smtp_send(&smtp, content, size);
        smtp_command(&smtp, ".\r\n", "2");
    }
    smtp_close(&smtp);
    return NULL;
}

int main(int count, char **arguments)
{
    size_t sessions = 8;
    bool protected = false;
    int option;
    while ((option = getopt(count, arguments, "p:n:s:c:t")) != -1) {
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'n': left = atol(optarg); break;
        case 's': size = strtoul(optarg, NULL, 10); break;
        case 'c': sessions = strtoul(optarg, NULL, 10); break;
        case 't': protected = true; break;
        default: return EX_USAGE;
        }
    }
    if (!port || !sessions || size < 2) return EX_USAGE;
    if (protected) context = SSL_CTX_new(TLS_client_method());
    content = malloc(size);
    if (!content) smtp_fail("malloc");
    for (size_t i = 0; i < size; i++) content[i] = i % 72 == 70 ? '\r' : i % 72 == 71 ? '\n' : 'x';
    memcpy(content + size - 2, "\r\n", 2);
    long messages = left;
    pthread_t threads[sessions];
    double begin = now();
    for (size_t i = 0; i < sessions; i++)
        if (pthread_create(&threads[i], NULL, session, NULL)) smtp_fail("pthread_create");
    for (size_t i = 0; i < sessions; i++) pthread_join(threads[i], NULL);
    printf("%ld %zu %.6f\n", messages, (size_t)messages * size, now() - begin);
    return 0;
}
