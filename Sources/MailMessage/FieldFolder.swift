/// Folds header lines that are too long for a server (RFC 5322 §2.1.1, §2.2.3).
struct FieldFolder {
    /// Where a folded line should end.
    private static let wishedOctets = 76

    /// Whether a field has a line that no server has to take.
    static func isNeeded(_ field: ArraySlice<UInt8>) -> Bool {
        guard field.count > BodySurvey.maximumLineOctets + 2 else { return false }
        return longestLine(field) > BodySurvey.maximumLineOctets
    }

    /// The field in short lines, or `nil` where it has no place to break it: before white space
    /// and, in lists of addresses, after a comma; there never inside quotation marks or comments.
    static func folded(_ field: ArraySlice<UInt8>, isAddressList: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(field.count + field.count / 32)
        var lineStart = 0
        var lastBreak: (place: Int, needsSpace: Bool)?
        var quotes = QuoteTracker()
        for octet in trimmed(field.dropLast(2)) + [LineEnd.cr, LineEnd.lf] {
            if octet == LineEnd.lf {
                result.append(octet)
                (lineStart, lastBreak) = (result.count, nil)
                continue
            }
            let isAfterText = result.count > lineStart && !isSpace(result[result.count - 1])
            if isSpace(octet), isAfterText, !quotes.isInside { lastBreak = (result.count, false) }
            result.append(octet)
            if isAddressList { quotes.read(octet) }
            if isAddressList, octet == UInt8(ascii: ","), !quotes.isInside {
                lastBreak = (result.count, true)
            }
            // Text has to follow: a line of white space would end the header for some servers.
            guard !isSpace(octet), octet != LineEnd.cr, result.count - lineStart > wishedOctets,
                let found = lastBreak, found.place < result.count
            else { continue }
            result.insert(
                contentsOf: found.needsSpace ? "\r\n ".utf8 : "\r\n".utf8,
                at: found.place
            )
            (lineStart, lastBreak) = (found.place + 2, nil)
        }
        return longestLine(result[...]) > BodySurvey.maximumLineOctets ? nil : result
    }

    private static func longestLine(_ field: ArraySlice<UInt8>) -> Int {
        field.split(separator: LineEnd.lf).reduce(0) { max($0, $1.count - 1) }
    }
}

/// Knows whether it stands inside a quoted string or a comment, where a fold would be text.
private struct QuoteTracker {
    private var isQuoted = false
    private var isEscaped = false
    private var depth = 0

    var isInside: Bool { isQuoted || depth > 0 }

    mutating func read(_ octet: UInt8) {
        if isEscaped {
            isEscaped = false
            return
        }
        switch octet {
        case UInt8(ascii: "\\") where isInside: isEscaped = true
        case UInt8(ascii: "\"") where depth == 0: isQuoted.toggle()
        case UInt8(ascii: "(") where !isQuoted: depth += 1
        case UInt8(ascii: ")") where depth > 0: depth -= 1
        default: break
        }
    }
}
