/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cheap digest of a message's content, in pieces of any size: four lanes of a multiply and a
 * rotation over 32 octets at a time. Against accidents only, not against anybody's will.
 *
 * The digests of messages are added up, so the sum does not depend on their order.
 */
#ifndef BENCH_DIGEST_H
#define BENCH_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct digest {
    uint64_t lane[4];
    uint64_t length;
    unsigned char rest[32];
};

static inline uint64_t digest_mix(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * 0x9e3779b97f4a7c15u;
    return lane << 29 | lane >> 35;
}

static inline void digest_begin(struct digest *digest)
{
    digest->length = 0;
    for (int i = 0; i < 4; i++) digest->lane[i] = 0x243f6a8885a308d3u + (uint64_t)i;
}

static inline void digest_block(struct digest *digest, const unsigned char *octets)
{
    uint64_t word[4];
    memcpy(word, octets, 32);
    for (int i = 0; i < 4; i++) digest->lane[i] = digest_mix(digest->lane[i], word[i]);
}

static inline void digest_add(struct digest *digest, const void *data, size_t count)
{
    const unsigned char *octets = data;
    size_t held = digest->length % 32;
    digest->length += count;
    if (held) {
        size_t wanted = 32 - held < count ? 32 - held : count;
        memcpy(digest->rest + held, octets, wanted);
        if (held + wanted < 32) return;
        digest_block(digest, digest->rest);
        octets += wanted;
        count -= wanted;
    }
    for (; count >= 32; octets += 32, count -= 32) digest_block(digest, octets);
    memcpy(digest->rest, octets, count);
}

static inline uint64_t digest_end(struct digest *digest)
{
    size_t held = digest->length % 32;
    memset(digest->rest + held, 0, 32 - held);
    digest_block(digest, digest->rest);
    uint64_t sum = digest->length;
    for (int i = 0; i < 4; i++) sum = digest_mix(sum, digest->lane[i]);
    return sum;
}

#endif
