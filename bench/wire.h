/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content as SMTP wants it: every line ends by CRLF, and one that begins with a dot has another.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Where a conversion in pieces stands; begins with both true and false. */
struct wire {
    bool at_line_start;
    bool after_return;
};

/* The most octets that `count` octets of a file become. */
static inline size_t wire_limit(size_t count)
{
    return count * 2 + 2;
}

/* Converts the next piece of a file; returns how many octets it wrote to `out`. */
static inline size_t wire_add(struct wire *wire, const char *octets, size_t count, char *out)
{
    char *begin = out;
    const char *end = octets + count;
    while (octets < end) {
        if (wire->at_line_start && *octets == '.') *out++ = '.';
        const char *feed = memchr(octets, '\n', (size_t)(end - octets));
        size_t length = (size_t)((feed ? feed : end) - octets);
        if (length) {
            memcpy(out, octets, length);
            out += length;
        }
        if (!feed) {
            wire->after_return = end[-1] == '\r';
            wire->at_line_start = false;
            break;
        }
        if (!(length ? feed[-1] == '\r' : wire->after_return)) *out++ = '\r';
        *out++ = '\n';
        wire->at_line_start = true;
        wire->after_return = false;
        octets = feed + 1;
    }
    return (size_t)(out - begin);
}

#endif
