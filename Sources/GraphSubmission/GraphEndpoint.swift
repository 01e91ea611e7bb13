internal import Submission

/// Where Microsoft Graph is, and as whom and how a route uses it.
package struct GraphRoute: Sendable {
    /// Whose mailbox sends.
    package enum Mailbox: Hashable, Sendable {
        /// The same for all messages, by its address or id.
        case fixed(String)
        /// The one of each message's author.
        case author
    }

    /// What becomes of messages above ``maximumRequestOctets``.
    package enum LargeMessages: String, Hashable, Sendable {
        /// This route does not carry them.
        case refuse
        /// They are rebuilt as a draft with attachments, which needs the permission Mail.ReadWrite.
        case draft
    }

    /// The route as the settings name it, for log lines.
    package var name: String
    package var endpoint: GraphEndpoint
    package var mailbox: Mailbox
    package var large: LargeMessages = .refuse
    /// The largest request the service takes, its header included.
    package var maximumRequestOctets = 4 * 1024 * 1024
    /// From the first octet of a request to the end of its answer; a shorter one makes second
    /// copies, as in SMTP (RFC 5321 §4.5.3.2.6).
    package var timeout: Duration = .seconds(600)
    /// The same for a probe, which leaves nothing behind.
    package var probeTimeout: Duration = .seconds(30)
    /// Hosts that attachments may be uploaded to, beside the endpoint's own; `.example.com` means
    /// every host below it.
    package var uploadHosts = [".office.com", ".office365.com", ".office.us", ".office365.us"]
    /// Makes the id by which support finds a request.
    package var makeRequestID: @Sendable () -> String = { RequestID.random() }
    /// The time in seconds since 1970, for a `Retry-After` that is a date.
    package var now: @Sendable () -> Int

    /// Creates a route.
    package init(
        name: String,
        endpoint: GraphEndpoint,
        mailbox: Mailbox,
        now: @escaping @Sendable () -> Int
    ) {
        self.name = name
        self.endpoint = endpoint
        self.mailbox = mailbox
        self.now = now
    }

    /// The mailbox that sends a message; `nil` where its author is unknown.
    func mailbox(of source: any SubmissionSource) -> String? {
        switch mailbox {
        case .fixed(let mailbox): mailbox
        case .author: source.author?.text
        }
    }
}

/// The address of Microsoft Graph in one cloud.
package struct GraphEndpoint: Hashable, Sendable {
    /// The host without its port.
    package let host: String
    /// The address without a slash at its end.
    package let base: String
    let isSecure: Bool

    /// Reads an address such as `https://graph.microsoft.com`; `nil` where it is not an absolute one
    /// in `https`, or in `http` to this computer, or carries user, query or fragment.
    package init?(_ url: String) {
        guard let address = WebAddress(url), address.isSecure || address.isLoopback else {
            return nil
        }
        host = address.host
        isSecure = address.isSecure
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// The address of something that belongs to a user.
    func url(ofUser mailbox: String, _ path: String) -> String {
        "\(base)/v1.0/users/\(percentEncoded(mailbox))\(path)"
    }
}

/// The parts of an absolute web address that matter for whom it is trusted with.
struct WebAddress: Hashable, Sendable {
    let isSecure: Bool
    /// In lower case, without the port; of an IPv6 address without its brackets.
    let host: String

    /// Reads an address; `nil` for what has a user, a fragment, white space or no host.
    init?(_ url: String) {
        let parts = url.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1)
        guard parts.count == 2, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let scheme = String(parts[0])?.lowercased(), scheme == "https" || scheme == "http",
            parts[1].starts(with: "//".utf8), !url.contains("#"), !url.contains("\\")
        else { return nil }
        isSecure = scheme == "https"
        let authority = parts[1].dropFirst(2).prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
        }
        guard let text = String(authority), !text.contains("@"), let host = Self.host(of: text)
        else { return nil }
        self.host = host
    }

    private static func host(of authority: String) -> String? {
        let lower = authority.lowercased()
        if lower.hasPrefix("[") {
            guard let end = lower.firstIndex(of: "]") else { return nil }
            let host = lower[lower.index(after: lower.startIndex)..<end]
            return host.isEmpty ? nil : String(host)
        }
        let parts = lower.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count < 3 else { return nil }
        if parts.count == 2, UInt16(parts[1]) == nil { return nil }
        return String(host)
    }

    /// Whether the host is this computer by its very name.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map {
            UInt8($0)
        }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }
}

/// A text as one segment of a path, everything but unreserved characters and the at sign encoded
/// (RFC 3986 §3.3).
func percentEncoded(_ text: String) -> String {
    var result = ""
    for octet in text.utf8 {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "@"):
            result.unicodeScalars.append(Unicode.Scalar(octet))
        default:
            let digits = String(octet, radix: 16, uppercase: true)
            result += octet < 16 ? "%0\(digits)" : "%\(digits)"
        }
    }
    return result
}

/// An id for one request.
package enum RequestID {
    /// A new one in the form of a version 4 UUID (RFC 9562 §5.4).
    package static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        var octets = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        octets[6] = octets[6] & 0x0F | 0x40
        octets[8] = octets[8] & 0x3F | 0x80
        let digits = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }
            .joined(separator: "-")
    }
}
