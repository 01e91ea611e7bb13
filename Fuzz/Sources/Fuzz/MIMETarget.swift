internal import MailMessage

/// Looks through the body of arbitrary octets as delivery does, and at its end as a pickup does.
enum MIMETarget {
    static func run(_ file: UnsafeRawBufferPointer) -> Int32 {
        demandEnd(file)
        guard let message = WireForm.inspected(file) else { return 0 }
        let body = UnsafeRawBufferPointer(rebasing: file[message.bodyOffset...])
        let survey = surveyed([body])
        let inPieces = surveyed(pieces(body))
        demand(survey.has8Bit == inPieces.has8Bit, "chunks do not hide an octet above 127")
        demand(survey.hasNUL == inPieces.hasNUL, "chunks do not hide a NUL")
        demand(survey.longestLine == inPieces.longestLine, "chunks do not cut lines")
        demand(survey.wireOctets == inPieces.wireOctets, "chunks do not change the size")
        demand(
            survey.hasForeignLineEnds == inPieces.hasForeignLineEnds,
            "chunks make no line ends"
        )
        let content = WireForm.content(WireForm.encoded([body]))
        demand(survey.wireOctets == content.count, "the announced size is that of the wire")
        demand(survey.has8Bit == content.contains { $0 > 0x7F }, "8-bit content is announced")
        demand(survey.hasNUL == content.contains(0), "a NUL is found")
        return 0
    }

    private static func surveyed(_ chunks: [UnsafeRawBufferPointer]) -> BodySurvey {
        var survey = BodySurvey()
        for chunk in chunks { survey.read(chunk) }
        return survey
    }

    private static func demandEnd(_ file: UnsafeRawBufferPointer) {
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        let whole = Completeness.check(head: file, tail: empty, isWholeFile: true)
        let ends = Completeness.check(head: file, tail: file, isWholeFile: false)
        if whole == .complete { demand(ends == .complete, "a complete file has a complete end") }
        guard case .missingClosingBoundary(let boundary) = whole,
            // It is text for a person: what was no UTF-8 is lost.
            !boundary.contains("\u{FFFD}")
        else { return }
        let closed = Array(file) + Array("\r\n--\(boundary)--\r\n".utf8)
        demand(
            closed.withUnsafeBytes { Completeness.check(head: $0, tail: $0, isWholeFile: true) }
                == .complete,
            "the missing line completes the file"
        )
    }
}
