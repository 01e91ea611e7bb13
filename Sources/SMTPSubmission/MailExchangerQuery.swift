import CLinux

/// A name server to ask instead of the system's: an IPv4 address and a port.
package struct NameServer: Hashable, Sendable {
    /// In host byte order, such as 0x7F000001.
    package let address: UInt32
    package let port: UInt16

    /// Names a server.
    package init(address: UInt32, port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// The question who takes mail for a domain (RFC 5321 §5.1).
package enum MailExchangerQuery {
    /// The largest answer there can be: DNS over TCP counts its octets in 16 bits.
    private static let maximumOctets = 65_535

    /// Asks the name servers; blocks, for many seconds where none answers.
    package static func ask(
        _ domain: String,
        _ server: NameServer? = nil
    ) throws(MailExchangerError) -> MailExchangers {
        // libresolv takes a name's end for the end of the question.
        guard !domain.isEmpty, !domain.utf8.contains(0) else { throw .invalidDomain }
        var answer = [UInt8](repeating: 0, count: maximumOctets)
        let count = linux_ask_mail_exchangers(
            domain,
            server?.address ?? 0,
            server?.port ?? 0,
            &answer,
            answer.count
        )
        guard count >= 0 else { throw MailExchangerError(status: Int32(truncatingIfNeeded: count)) }
        return try read(answer[..<Int(count)])
    }

    /// Reads an answer as it came from the network.
    package static func read(
        _ answer: some Collection<UInt8>
    ) throws(MailExchangerError) -> MailExchangers {
        let octets = Array(answer)
        let room = MailExchangers.maximumRecords
        var list = [linux_mail_exchanger](repeating: linux_mail_exchanger(), count: room)
        let count = linux_read_mail_exchangers(octets, octets.count, &list, room)
        guard count > 0 else { throw MailExchangerError(status: count) }
        let found = list.prefix(Int(count))
        let lifetime = found.map(\.lifetime).min() ?? 0
        return try MailExchangers(
            records: found.map { MailExchanger(host: $0.name, preference: $0.preference) },
            lifetime: .seconds(Int64(lifetime))
        )
    }
}

extension linux_mail_exchanger {
    fileprivate var name: String {
        withUnsafeBytes(of: host) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension MailExchangerError {
    fileprivate init(status: Int32) {
        switch UInt32(max(0, -status)) {
        case LINUX_NAME_UNKNOWN.rawValue: self = .noSuchDomain
        case LINUX_NAME_WITHOUT_RECORD.rawValue: self = .noRecord
        case LINUX_NAME_SERVER_FAILED.rawValue: self = .serverFailed
        case LINUX_NAME_SERVER_REFUSED.rawValue: self = .serverRefused
        case LINUX_NAME_NO_ANSWER.rawValue: self = .noAnswer
        case LINUX_NAME_INVALID.rawValue: self = .invalidDomain
        default: self = .unreadableAnswer
        }
    }
}
