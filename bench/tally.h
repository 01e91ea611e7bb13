/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sink has received, in a file that others map or read while it counts.
 *
 * Ten 64-bit words in the byte order of the machine. Times are nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <stdint.h>

struct tally {
    uint64_t messages;
    uint64_t octets;      /* content, without dot-stuffing and the final dot */
    uint64_t digest;      /* sum of the messages' digests */
    uint64_t first;       /* the first MAIL */
    uint64_t last;        /* the latest final dot */
    uint64_t sessions;    /* begun so far */
    uint64_t open;        /* sessions now */
    uint64_t refused;     /* commands that made no sense, sessions beyond the limit */
    uint64_t protected;   /* sessions with TLS */
    uint64_t cut;         /* sessions that ended within a message */
};

#endif
