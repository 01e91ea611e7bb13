/// One command of a client, read as strictly as RFC 5321 §4.1.1 writes it.
package enum SandboxCommand: Hashable, Sendable {
    /// `EHLO`, with what the client calls itself.
    case ehlo(String)
    /// `HELO`, with what the client calls itself.
    case helo(String)
    /// `STARTTLS` (RFC 3207 §4).
    case startTLS
    /// `AUTH` with an upper-case mechanism and what followed it (RFC 4954 §4).
    case auth(mechanism: String, initialResponse: String?)
    /// `MAIL FROM`; no address is the null reverse-path.
    case mail(SandboxAddress?, [ESMTPParameter])
    /// `RCPT TO`.
    case recipient(SandboxAddress, [ESMTPParameter])
    case data
    case reset
    case noOperation
    case verify
    case quit

    /// Reads one line without its line end; the error is the reply to give.
    package static func parse(_ line: String) throws(CommandDefect) -> SandboxCommand {
        let verb = line.prefix { $0 != " " }.uppercased()
        let rest = line.dropFirst(verb.count)
        let argument = rest.drop { $0 == " " }
        switch verb {
        case "EHLO": return .ehlo(try clientName(argument))
        case "HELO": return .helo(try clientName(argument))
        case "STARTTLS": return try alone(.startTLS, argument)
        case "AUTH": return try parseAuth(argument)
        case "MAIL": return try parseMail(argument)
        case "RCPT": return try parseRecipient(argument)
        case "DATA": return try alone(.data, argument)
        case "RSET": return try alone(.reset, argument)
        case "NOOP": return .noOperation
        case "VRFY": return .verify
        case "QUIT": return try alone(.quit, argument)
        default: throw .unknown
        }
    }

    /// A command that takes no argument.
    private static func alone(
        _ command: SandboxCommand,
        _ argument: Substring
    ) throws(CommandDefect) -> SandboxCommand {
        guard argument.isEmpty else { throw .arguments }
        return command
    }

    /// `Domain / address-literal`, read leniently: Exchange Online takes host names with `_`.
    private static func clientName(_ argument: Substring) throws(CommandDefect) -> String {
        let isName = argument.utf8.allSatisfy { octet in
            (0x21...0x7E).contains(octet) && !"()<>@,;\\\"".utf8.contains(octet)
        }
        guard !argument.isEmpty, argument.utf8.count <= 255, isName else {
            throw .domainName
        }
        return String(argument)
    }

    private static func parseAuth(_ argument: Substring) throws(CommandDefect) -> SandboxCommand {
        let words = argument.split(separator: " ")
        guard (1...2).contains(words.count) else { throw .arguments }
        return .auth(
            mechanism: words[0].uppercased(),
            initialResponse: words.count == 2 ? String(words[1]) : nil
        )
    }

    private static func parseMail(_ argument: Substring) throws(CommandDefect) -> SandboxCommand {
        let (path, parameters) = try pathAndParameters(argument, after: "FROM:")
        if path.isEmpty { return .mail(nil, parameters) }
        guard let address = SandboxAddress(path) else { throw .sender }
        return .mail(address, parameters)
    }

    private static func parseRecipient(
        _ argument: Substring
    ) throws(CommandDefect) -> SandboxCommand {
        let (path, parameters) = try pathAndParameters(argument, after: "TO:")
        guard let address = SandboxAddress(path) else { throw .recipient }
        return .recipient(address, parameters)
    }

    /// What stands between the angle brackets, and the parameters behind them.
    private static func pathAndParameters(
        _ argument: Substring,
        after keyword: String
    ) throws(CommandDefect) -> (path: Substring, parameters: [ESMTPParameter]) {
        guard argument.prefix(keyword.count).uppercased() == keyword else { throw .arguments }
        let path = argument.dropFirst(keyword.count)
        guard path.first == "<", let end = closingBracket(of: path) else { throw .arguments }
        let rest = path[path.index(after: end)...]
        guard rest.isEmpty || rest.first == " " else { throw .arguments }
        var parameters: [ESMTPParameter] = []
        for word in rest.split(separator: " ") {
            guard let parameter = ESMTPParameter(word) else { throw .arguments }
            parameters.append(parameter)
        }
        return (path[path.index(after: path.startIndex)..<end], parameters)
    }

    /// The first `>` outside a quoted string.
    private static func closingBracket(of path: Substring) -> Substring.Index? {
        var isQuoted = false
        var isEscaped = false
        for index in path.indices {
            if isEscaped {
                isEscaped = false
            } else if isQuoted && path[index] == "\\" {
                isEscaped = true
            } else if path[index] == "\"" {
                isQuoted.toggle()
            } else if path[index] == ">" && !isQuoted {
                return index
            }
        }
        return nil
    }
}

/// Why a line is no command, each with its reply.
package enum CommandDefect: Error, Hashable, Sendable, CaseIterable {
    /// The verb is none the sandbox knows.
    case unknown
    /// What follows the verb has the wrong form.
    case arguments
    /// `EHLO` names no host.
    case domainName
    /// `MAIL` names no address.
    case sender
    /// `RCPT` names no address.
    case recipient

    /// The reply to such a line.
    package var reply: SandboxReply {
        switch self {
        case .unknown: .unknownCommand
        case .arguments: .invalidArguments
        case .domainName: .invalidDomainName
        case .sender: .invalidSender
        case .recipient: .invalidRecipient
        }
    }
}

/// One parameter behind an address (RFC 5321 §4.1.2).
package struct ESMTPParameter: Hashable, Sendable {
    /// The keyword in upper case.
    package let keyword: String
    /// What follows the equals sign, as written.
    package let value: String?

    /// The parameter as `KEYWORD=value`.
    package var text: String { value.map { "\(keyword)=\($0)" } ?? keyword }

    /// Reads one word, or returns `nil` when it is no `esmtp-param`.
    package init?(_ word: Substring) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let keyword = parts[0]
        guard !keyword.isEmpty,
            keyword.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || Self.isLetterOrDigit($0) })
        else { return nil }
        self.keyword = keyword.uppercased()
        value = parts.count == 2 ? String(parts[1]) : nil
        if value?.isEmpty == true { return nil }
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            false
        }
    }
}
