// The question which hosts take mail for a domain, put to the name servers by libresolv.
#ifndef CLINUX_NAMES_H
#define CLINUX_NAMES_H

#include <stddef.h>
#include <stdint.h>

/// Why there is no answer to read; both functions return the negative of these.
enum linux_name_failure {
    /// The domain does not exist (NXDOMAIN).
    LINUX_NAME_UNKNOWN = 1,
    /// The domain exists and has no such record.
    LINUX_NAME_WITHOUT_RECORD = 2,
    /// A name server had trouble of its own (SERVFAIL).
    LINUX_NAME_SERVER_FAILED = 3,
    /// A name server would not answer (REFUSED and the like).
    LINUX_NAME_SERVER_REFUSED = 4,
    /// No name server answered in time, or none could be reached.
    LINUX_NAME_NO_ANSWER = 5,
    /// The domain cannot be written in a question.
    LINUX_NAME_INVALID = 6,
    /// The answer makes no sense.
    LINUX_NAME_ANSWER_UNREADABLE = 7,
};

/// A name in an answer as text, with its end: `NS_MAXDNAME` of arpa/nameser.h.
#define LINUX_NAME_OCTETS 1025

/// One MX record (RFC 1035 §3.3.9).
struct linux_mail_exchanger {
    uint16_t preference;
    /// How many seconds the record may be kept.
    uint32_t lifetime;
    /// The host without a dot at its end, unusual octets as `\DDD`; the root is `.`.
    char host[LINUX_NAME_OCTETS];
};

/// Asks for the MX records of a domain, as it stands: no search list. May block for many seconds.
///
/// Returns the octets of the answer, of which at most `room` are written. `server`, in host byte
/// order, replaces the system's name servers unless it is 0. Safe on any thread.
int64_t linux_ask_mail_exchangers(
    const char *domain, uint32_t server, uint16_t port, uint8_t *answer, size_t room);

/// Reads the MX records of an answer; returns how many were written, which is never more than `room`.
///
/// Nothing an answer can hold leads outside it: compression pointers are bounded by libresolv.
int linux_read_mail_exchangers(
    const uint8_t *answer, size_t count, struct linux_mail_exchanger *list, size_t room);

#endif
