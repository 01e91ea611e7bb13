package import Submission

/// What a server offers in its reply to EHLO (RFC 5321 §4.1.1.1).
package struct Capabilities: Hashable, Sendable {
    /// The extensions whose presence alone matters.
    package struct Extensions: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// RFC 3207.
        package static let startTLS = Self(rawValue: 1 << 0)
        /// RFC 6152.
        package static let eightBitMIME = Self(rawValue: 1 << 1)
        /// RFC 6531.
        package static let smtpUTF8 = Self(rawValue: 1 << 2)
        /// RFC 3461.
        package static let deliveryStatus = Self(rawValue: 1 << 3)
        /// RFC 2920.
        package static let pipelining = Self(rawValue: 1 << 4)
        /// RFC 2034.
        package static let enhancedStatusCodes = Self(rawValue: 1 << 5)
        /// RFC 1870.
        package static let size = Self(rawValue: 1 << 6)
        /// The Postchute sandbox announces itself so that no production route sends to it.
        package static let sandbox = Self(rawValue: 1 << 7)
    }

    /// The keyword by which the Postchute sandbox announces itself.
    package static let sandboxKeyword = "X-POSTCHUTE-SANDBOX"

    package private(set) var extensions: Extensions = []
    /// The largest message the server takes; `nil` where it names no limit (RFC 1870 §3).
    package private(set) var maximumOctets: Int?
    /// The SASL mechanisms in upper case, in the server's order (RFC 4954 §3).
    package private(set) var mechanisms: [String] = []

    /// The capabilities of a server that answered HELO: none.
    package init() {}

    /// Reads the reply to EHLO; a line that says nothing known is left out.
    package init(_ reply: Reply) {
        for line in reply.lines.dropFirst() { read(line) }
    }

    /// Whether the server offers an extension.
    package func offers(_ extension: Extensions) -> Bool { extensions.contains(`extension`) }

    private mutating func read(_ line: String) {
        let words = line.split(separator: " ")
        guard let first = words.first else { return }
        let keyword = first.uppercased()
        switch keyword {
        case "SIZE": readSize(words.dropFirst().first)
        case "AUTH": add(mechanisms: words.dropFirst())
        case "STARTTLS": extensions.insert(.startTLS)
        case "8BITMIME": extensions.insert(.eightBitMIME)
        // RFC 6531 §3.1: what follows the keyword is ignored.
        case "SMTPUTF8": extensions.insert(.smtpUTF8)
        case "DSN": extensions.insert(.deliveryStatus)
        case "PIPELINING": extensions.insert(.pipelining)
        case "ENHANCEDSTATUSCODES": extensions.insert(.enhancedStatusCodes)
        case Self.sandboxKeyword: extensions.insert(.sandbox)
        default: readOldAuthentication(keyword, words)
        }
    }

    // Servers older than RFC 4954 wrote `AUTH=LOGIN PLAIN`; some still do beside the new form.
    private mutating func readOldAuthentication(_ keyword: String, _ words: [Substring]) {
        guard keyword.hasPrefix("AUTH=") else { return }
        add(mechanisms: [Substring(keyword.dropFirst(5))])
        add(mechanisms: words.dropFirst())
    }

    private mutating func add(mechanisms words: some Sequence<Substring>) {
        for word in words where !word.isEmpty {
            let name = word.uppercased()
            if !mechanisms.contains(name) { mechanisms.append(name) }
        }
    }

    /// RFC 1870 §3: no parameter and zero both mean that no fixed limit is in force.
    private mutating func readSize(_ parameter: Substring?) {
        extensions.insert(.size)
        // A limit of more than 2^63 octets, which 20 digits allow, limits nothing here.
        guard let parameter, let octets = Int(parameter), octets > 0 else { return }
        maximumOctets = octets
    }
}
