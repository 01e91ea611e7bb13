/// What a header says about the body below it (RFC 2045).
struct PartHeader: Sendable {
    /// The media type in lower case, such as `text/plain`.
    var type = "text/plain"
    /// The boundary of a multipart (RFC 2046 §5.1.1).
    var boundary: [UInt8]?
    var encoding = TransferEncoding.identity
    /// Where the Content-Transfer-Encoding field stands, or where one can be put in.
    var encodingField = 0..<0

    var isMultipart: Bool { type.hasPrefix("multipart/") && boundary != nil }

    /// Whether the body is a message with a header of its own that can be looked into.
    var isMessage: Bool {
        (type == "message/rfc822" || type == "message/global") && encoding != .other
            && encoding != .base64 && encoding != .quotedPrintable
    }

    /// Whether signatures or ciphers cover the body, so that no octet of it may change.
    var isProtected: Bool {
        switch type {
        case "multipart/signed", "multipart/encrypted": true
        default:
            type.hasPrefix("application/pkcs7-") || type.hasPrefix("application/x-pkcs7-")
                || type.hasPrefix("application/pgp-")
        }
    }
}

/// A Content-Transfer-Encoding (RFC 2045 §6).
enum TransferEncoding: Hashable, Sendable {
    /// `7bit`, `8bit`, or none given.
    case identity
    case binary
    case quotedPrintable
    case base64
    /// One that is not known, so that its octets cannot be encoded anew.
    case other

    /// Reads a field's value; comments and parameters are read over.
    init(_ value: some Sequence<UInt8>) {
        let word = value.drop(while: isSpace).prefix {
            !isSpace($0) && $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ";")
        }
        switch String(decoding: Array(word), as: UTF8.self).lowercased() {
        case "", "7bit", "8bit", "7-bit", "8-bit": self = .identity
        case "binary": self = .binary
        case "quoted-printable": self = .quotedPrintable
        case "base64": self = .base64
        default: self = .other
        }
    }
}

/// Collects the header of one part line by line; whatever is no field is read over.
struct PartHeaderReader: Sendable {
    private enum Field { case type, encoding, other }

    /// The largest header of a part in octets: attachments have long names, but not this long.
    static let maximumOctets = 65_536

    private var field = Field.other
    private var type: [UInt8] = []
    private var encoding: [UInt8] = []
    private var encodingField: Range<Int>?
    private(set) var octets = 0

    /// Reads one line without its end; `range` is where it stands in the file, its end included.
    mutating func read(_ line: [UInt8], at range: Range<Int>) {
        octets += range.count
        if let first = line.first, isSpace(first) { return extend(line, to: range.upperBound) }
        field = .other
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let value = line[(colon + 1)...]
        switch String(decoding: line[..<colon].prefix { !isSpace($0) }, as: UTF8.self).lowercased()
        {
        case "content-type" where type.isEmpty:
            field = .type
            type = Array(value)
        case "content-transfer-encoding" where encodingField == nil:
            field = .encoding
            encoding = Array(value)
            encodingField = range
        default: break
        }
    }

    private mutating func extend(_ line: [UInt8], to end: Int) {
        switch field {
        case .type: type += line
        case .encoding:
            encoding += line
            encodingField = encodingField.map { $0.lowerBound..<end }
        case .other: break
        }
    }

    /// What the header says, once the empty line at `end` was reached.
    func header(endingAt end: Int) -> PartHeader {
        var header = PartHeader(contentType: type)
        header.encoding = TransferEncoding(encoding)
        header.encodingField = encodingField ?? end..<end
        return header
    }
}
