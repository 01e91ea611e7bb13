import Submission

/// The value of X-Sender or X-Receiver: a mailbox, then SMTP parameters as in
/// `<a@example.com> BODY=7bit RET=HDRS`.
struct EnvelopeLine {
    /// The mailbox with any display name.
    let mailbox: [UInt8]
    private let rest: ArraySlice<UInt8>

    /// Splits an unfolded value.
    init(_ value: [UInt8]) {
        let end = Self.mailboxEnd(value)
        mailbox = Array(value[..<end])
        rest = value[end...]
    }

    /// After the closing angle bracket, or without one at the first white space.
    private static func mailboxEnd(_ value: [UInt8]) -> Int {
        var firstSpace: Int?
        var isQuoted = false
        var isOpen = false
        for (index, octet) in value.enumerated() {
            switch octet {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case _ where isQuoted: break
            case UInt8(ascii: "<"): isOpen = isOpen || !isParameterValue(value[..<index])
            case UInt8(ascii: ">") where isOpen: return index + 1
            case 0x20, 0x09: firstSpace = firstSpace ?? index
            default: break
            }
        }
        return isOpen ? value.count : firstSpace ?? value.count
    }

    /// Whether an angle bracket after this text belongs to `AUTH=<…>`; an encoded word ends in `?=`.
    private static func isParameterValue(_ before: ArraySlice<UInt8>) -> Bool {
        before.last == UInt8(ascii: "=") && before.dropLast().last != UInt8(ascii: "?")
    }

    /// The parameters; those of other extensions than DSN are understood and go no further.
    func parameters(of field: String) throws(MessageDefect) -> EnvelopeParameters {
        var values: [String: String] = [:]
        for word in rest.split(whereSeparator: isSpace) {
            let text = String(decoding: word, as: UTF8.self)
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let keyword = parts[0].uppercased()
            guard keyword.utf8.allSatisfy(isKeywordOctet), !keyword.isEmpty,
                values[keyword] == nil
            else { throw .badParameter(field: field, text: quotable(text)) }
            values[keyword] = parts.count == 2 ? String(parts[1]) : ""
        }
        return EnvelopeParameters(field: field, values: values)
    }
}

/// The DSN parameters of one envelope line (RFC 3461 §4).
struct EnvelopeParameters {
    let field: String
    /// By upper-case keyword.
    fileprivate let values: [String: String]

    /// `RET=FULL` or `RET=HDRS` (RFC 3461 §4.3).
    func returnContent() throws(MessageDefect) -> ReturnContent? {
        guard let value = values["RET"] else { return nil }
        guard let content = ReturnContent(rawValue: value.uppercased()) else { throw bad("RET") }
        return content
    }

    /// `ENVID=` in clear text, at most 100 printable characters (RFC 3461 §4.4).
    func envelopeID() throws(MessageDefect) -> String? {
        guard let value = values["ENVID"] else { return nil }
        let text = clearText(value)
        guard (1...100).contains(text.utf8.count), text.utf8.allSatisfy({ isPrintable($0) }) else {
            throw bad("ENVID")
        }
        return text
    }

    /// `NOTIFY=NEVER` or a list of conditions (RFC 3461 §4.1).
    func notify() throws(MessageDefect) -> NotifyConditions? {
        guard let value = values["NOTIFY"]?.uppercased() else { return nil }
        if value == "NEVER" { return [] }
        var conditions: NotifyConditions = []
        for word in value.split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "SUCCESS": conditions.insert(.success)
            case "FAILURE": conditions.insert(.failure)
            case "DELAY": conditions.insert(.delay)
            default: throw bad("NOTIFY")
            }
        }
        return conditions
    }

    /// `ORCPT=` without its address type, which Exchange leaves out (RFC 3461 §4.2); `nil` for
    /// types other than `rfc822`.
    func originalRecipient() throws(MessageDefect) -> String? {
        guard let value = values["ORCPT"] else { return nil }
        let parts = value.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, parts[0].lowercased() != "rfc822" { return nil }
        let text = clearText(String(parts[parts.count - 1]))
        guard (1...500).contains(text.utf8.count), text.utf8.allSatisfy({ isPrintable($0) }) else {
            throw bad("ORCPT")
        }
        return text
    }

    private func bad(_ keyword: String) -> MessageDefect {
        .badParameter(field: field, text: quotable("\(keyword)=\(values[keyword] ?? "")"))
    }
}

/// Undoes xtext (RFC 3461 §4); a value that is not xtext is taken as it stands, since some writers
/// do not encode.
private func clearText(_ value: String) -> String {
    var result: [UInt8] = []
    var rest = Array(value.utf8)[...]
    while let octet = rest.popFirst() {
        guard octet == UInt8(ascii: "+") else {
            result.append(octet)
            continue
        }
        guard let high = rest.popFirst().flatMap(hexDigit),
            let low = rest.popFirst().flatMap(hexDigit)
        else { return value }
        result.append(high << 4 | low)
    }
    return String(validating: result, as: UTF8.self) ?? value
}

private func isKeywordOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        true
    default: false
    }
}

private func isPrintable(_ octet: UInt8) -> Bool { (0x20...0x7E).contains(octet) }
