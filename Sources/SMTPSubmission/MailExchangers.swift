/// A host that takes mail for a domain (RFC 5321 §5.1).
package struct MailExchanger: Hashable, Sendable {
    package let host: String
    /// Lower ones are tried first.
    package let preference: UInt16

    /// Creates one record.
    package init(host: String, preference: UInt16) {
        self.host = host
        self.preference = preference
    }
}

/// Why nobody can be named who takes mail for a domain.
package enum MailExchangerError: Error, Hashable, Sendable, CaseIterable {
    /// NXDOMAIN.
    case noSuchDomain
    /// The domain exists and has no MX record.
    case noRecord
    /// The domain says that it takes no mail (RFC 7505 §3).
    case takesNoMail
    /// SERVFAIL.
    case serverFailed
    /// REFUSED and the like.
    case serverRefused
    case noAnswer
    /// The domain is no name that could be asked for.
    case invalidDomain
    case unreadableAnswer
    /// There are records, and none names a host.
    case noUsableHost

    /// What happened, to follow the domain and a colon.
    package var phrase: String {
        switch self {
        case .noSuchDomain: "the domain does not exist (NXDOMAIN)"
        case .noRecord:
            "the domain has no MX record, and its own address is not used in place of one"
        case .takesNoMail: "the domain declares that it takes no mail (null MX)"
        case .serverFailed: "the name server could not look up its MX records (SERVFAIL)"
        case .serverRefused: "the name server refused to look up its MX records"
        case .noAnswer: "no name server answered the question for its MX records"
        case .invalidDomain: "this is not a domain name"
        case .unreadableAnswer: "the name server's answer about its MX records cannot be read"
        case .noUsableHost: "none of its MX records names a host"
        }
    }
}

/// Who takes mail for a domain, and for how long that may be believed.
package struct MailExchangers: Hashable, Sendable {
    package let records: [MailExchanger]
    package let lifetime: Duration

    /// What no answer can shorten or prolong the time in which nobody asks again.
    package static let lifetimes = Duration.seconds(60)...Duration.seconds(3600)
    /// The most records that are read of an answer.
    package static let maximumRecords = 64

    /// Judges the records of an answer, whose hosts stand as the resolver writes them.
    ///
    /// - Throws: ``MailExchangerError/takesNoMail`` or ``MailExchangerError/noUsableHost``.
    package init(
        records: [MailExchanger],
        lifetime: Duration
    ) throws(MailExchangerError) {
        // RFC 7505 §3: a null MX stands alone; beside others it is only a record without a host.
        if records.count == 1, records[0].host == "." { throw .takesNoMail }
        let usable = records.filter { Self.isHostName($0.host) }
        guard !usable.isEmpty else { throw .noUsableHost }
        self.records = usable
        let bounds = Self.lifetimes
        self.lifetime = min(max(lifetime, bounds.lowerBound), bounds.upperBound)
    }

    /// The hosts by preference, in random order where it is the same, each once
    /// (RFC 5321 §5.1).
    package func order(using generator: inout some RandomNumberGenerator) -> [String] {
        var hosts: [String] = []
        for preference in Set(records.map(\.preference)).sorted() {
            let equals = records.filter { $0.preference == preference }.map { $0.host.lowercased() }
            for host in equals.shuffled(using: &generator) where !hosts.contains(host) {
                hosts.append(host)
            }
        }
        return hosts
    }

    /// Letters, digits, hyphens and underscores between dots; no address, no escape.
    private static func isHostName(_ name: String) -> Bool {
        guard (1...253).contains(name.utf8.count) else { return false }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isWord = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.allSatisfy(Self.isWordOctet)
        }
        let isNumber = labels.last?.allSatisfy { (0x30...0x39).contains($0) } ?? true
        return isWord && !isNumber
    }

    private static func isWordOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
