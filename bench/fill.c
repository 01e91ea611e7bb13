/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fill: fills a drop folder with messages.
 *
 *   fill [-n COUNT] [-s OCTETS] [-b FIRST] [-l] [-q] FOLDER
 *
 *   -n  messages, 1000 without it
 *   -s  octets of each, lines ended by CRLF: 4096 without it, 512 at least
 *   -b  number of the first one, 1 without it: the name and the content of a message follow from
 *       its number
 *   -l  ends the lines of the files by LF, as most writers on Linux do
 *   -q  names the files as claimed messages, so that FOLDER can be the queue/ of a spool
 *
 * Prints "COUNT OCTETS DIGEST FILESYSTEM", which is what a sink has to report when all of it arrived
 * as it should, and the type of the file system. Each message has all that a server wants (Date,
 * Message-ID) and nothing that a relay takes out, so that what is sent is what lies there. Some lines
 * begin with a dot.
 *
 * Files are written under another name and renamed, and are not synced: that is left to the caller.
 */
#define _GNU_SOURCE
#include "digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sysexits.h>
#include <unistd.h>

static const char LINE[] = "Every line of this text is as long as a line of a letter is, about so.\r\n";
static const char DOTTED[] = ". begins with a dot, which the sender has to double on the wire\r\n";

static void fail(const char *what)
{
    perror(what);
    exit(EX_OSERR);
}

static const char *file_system(int folder)
{
    struct statfs about;
    if (fstatfs(folder, &about)) fail("fstatfs");
    switch ((unsigned long)about.f_type) {
    case 0xef53: return "ext4";
    case 0x58465342: return "xfs";
    case 0x9123683e: return "btrfs";
    case 0x2fc12fc1: return "zfs";
    case 0x794c7630: return "overlay";
    case 0x01021994: return "tmpfs";
    default: return "other";
    }
}

/* The body is the same for all: made once, the last line cut so that the size is right. */
static void make_body(char *body, size_t size)
{
    size_t length = 0;
    for (unsigned line = 1; size - length > sizeof LINE * 2; line++) {
        const char *text = line % 20 == 5 ? DOTTED : LINE;
        memcpy(body + length, text, strlen(text));
        length += strlen(text);
    }
    memset(body + length, '=', size - length - 2);
    memcpy(body + size - 2, "\r\n", 2);
}

static size_t make_header(char *header, size_t room, uint64_t number)
{
    return (size_t)snprintf(header, room,
        "From: ERP <erp@example.com>\r\n"
        "To: Accounts <accounts@example.net>\r\n"
        "Subject: Invoice %010" PRIu64 "\r\n"
        "Date: Mon, 23 Nov 2026 10:15:30 +0000\r\n"
        "Message-ID: <%010" PRIu64 ".bench@example.com>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "\r\n", number, number);
}

static size_t drop_returns(char *octets, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (octets[i] != '\r') octets[kept++] = octets[i];
    return kept;
}

static void write_file(int folder, uint64_t number, bool claimed, const char *octets, size_t count)
{
    char name[128], hidden[sizeof name + 1];
    char id[64] = "";
    if (claimed)
        snprintf(id, sizeof id, "20261101T00%02u%02u%06u-0000000000000.",
            (unsigned)(number / 60000000 % 60), (unsigned)(number / 1000000 % 60),
            (unsigned)(number % 1000000));
    snprintf(name, sizeof name, "%sm%010" PRIu64 ".eml", id, number);
    snprintf(hidden, sizeof hidden, ".%s", name);
    int file = openat(folder, hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) fail(hidden);
    while (count) {
        ssize_t written = write(file, octets, count);
        if (written < 0) fail("write");
        octets += written;
        count -= (size_t)written;
    }
    close(file);
    if (renameat(folder, hidden, folder, name)) fail(name);
}

int main(int argument_count, char **arguments)
{
    uint64_t count = 1000, first = 1, digest_sum = 0;
    size_t size = 4096;
    bool feeds_only = false, claimed = false;
    int option;
    while ((option = getopt(argument_count, arguments, "n:s:b:lq")) != -1) {
        switch (option) {
        case 'n': count = strtoull(optarg, NULL, 10); break;
        case 's': size = strtoull(optarg, NULL, 10); break;
        case 'b': first = strtoull(optarg, NULL, 10); break;
        case 'l': feeds_only = true; break;
        case 'q': claimed = true; break;
        default: return EX_USAGE;
        }
    }
    if (optind + 1 != argument_count || size < 512) return EX_USAGE;
    int folder = open(arguments[optind], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) fail(arguments[optind]);

    char header[512];
    size_t header_size = make_header(header, sizeof header, first);
    size_t body_size = size - header_size;
    char *message = malloc(size), *body = malloc(body_size);
    if (!message || !body) fail("malloc");
    make_body(body, body_size);
    size_t body_in_file = body_size;
    char *file_body = malloc(body_size);
    if (!file_body) fail("malloc");
    memcpy(file_body, body, body_size);
    if (feeds_only) body_in_file = drop_returns(file_body, body_size);

    for (uint64_t number = first; number < first + count; number++) {
        size_t length = make_header(message, sizeof header, number);
        struct digest digest;
        digest_begin(&digest);
        digest_add(&digest, message, length);
        digest_add(&digest, body, body_size);
        digest_sum += digest_end(&digest);
        if (feeds_only) length = drop_returns(message, length);
        memcpy(message + length, file_body, body_in_file);
        write_file(folder, number, claimed, message, length + body_in_file);
    }
    printf("%" PRIu64 " %" PRIu64 " %016" PRIx64 " %s\n", count, count * (uint64_t)size,
        digest_sum, file_system(folder));
    return 0;
}
