#define _GNU_SOURCE
#include "CLinuxNames.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

static int failure_of(ns_rcode code) {
    switch (code) {
    case ns_r_nxdomain: return -LINUX_NAME_UNKNOWN;
    case ns_r_servfail: return -LINUX_NAME_SERVER_FAILED;
    default: return -LINUX_NAME_SERVER_REFUSED;
    }
}

// After a failed question: libresolv passes over an answer such as SERVFAIL as if there had been
// none, but leaves it where it was read to.
static int failure(struct __res_state *state, const uint8_t *answer) {
    HEADER header;
    memcpy(&header, answer, sizeof header);
    if (header.qr && header.rcode != ns_r_noerror) return failure_of(header.rcode);
    switch (state->res_h_errno) {
    case HOST_NOT_FOUND: return -LINUX_NAME_UNKNOWN;
    case NO_DATA: return -LINUX_NAME_WITHOUT_RECORD;
    // Before anything was sent only the name can be at fault.
    case NO_RECOVERY: return -LINUX_NAME_INVALID;
    default: return -LINUX_NAME_NO_ANSWER;
    }
}

int64_t linux_ask_mail_exchangers(
    const char *domain, uint32_t server, uint16_t port, uint8_t *answer, size_t room) {
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (room < sizeof(HEADER) || room > INT_MAX) return -LINUX_NAME_ANSWER_UNREADABLE;
    if (res_ninit(&state) != 0) return -LINUX_NAME_NO_ANSWER;
    // Larger answers without a second question over TCP (RFC 6891 §6.2.3).
    state.options |= RES_USE_EDNS0;
    if (server != 0) {
        state.nscount = 1;
        state.nsaddr_list[0].sin_family = AF_INET;
        state.nsaddr_list[0].sin_addr.s_addr = htonl(server);
        state.nsaddr_list[0].sin_port = htons(port);
    }
    memset(answer, 0, sizeof(HEADER));
    int count = res_nquery(&state, domain, ns_c_in, ns_t_mx, answer, (int)room);
    int64_t result = count < 0 ? failure(&state, answer) : count;
    res_nclose(&state);
    // Of a truncated answer the count says how long it would have been.
    return result > (int64_t)room ? (int64_t)room : result;
}

int linux_read_mail_exchangers(
    const uint8_t *answer, size_t count, struct linux_mail_exchanger *list, size_t room) {
    ns_msg message;
    if (count > NS_MAXMSG || ns_initparse(answer, (int)count, &message) != 0)
        return -LINUX_NAME_ANSWER_UNREADABLE;
    if (!ns_msg_getflag(message, ns_f_qr)) return -LINUX_NAME_ANSWER_UNREADABLE;
    ns_rcode code = ns_msg_getflag(message, ns_f_rcode);
    if (code != ns_r_noerror) return failure_of(code);
    size_t found = 0;
    for (int index = 0; index < ns_msg_count(message, ns_s_an) && found < room; index++) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, index, &record) != 0)
            return -LINUX_NAME_ANSWER_UNREADABLE;
        // Aliases stand before the records they lead to.
        if (ns_rr_type(record) != ns_t_mx || ns_rr_class(record) != ns_c_in) continue;
        const uint8_t *data = ns_rr_rdata(record);
        if (ns_rr_rdlen(record) < NS_INT16SZ + 1) return -LINUX_NAME_ANSWER_UNREADABLE;
        struct linux_mail_exchanger *next = &list[found];
        int octets = ns_name_uncompress(ns_msg_base(message), ns_msg_end(message),
            data + NS_INT16SZ, next->host, sizeof next->host);
        if (octets < 0 || octets != ns_rr_rdlen(record) - NS_INT16SZ)
            return -LINUX_NAME_ANSWER_UNREADABLE;
        next->preference = (uint16_t)ns_get16(data);
        next->lifetime = ns_rr_ttl(record);
        found++;
    }
    return found == 0 ? -LINUX_NAME_WITHOUT_RECORD : (int)found;
}
