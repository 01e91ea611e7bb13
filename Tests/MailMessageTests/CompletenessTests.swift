import MailMessage
import Testing

@Suite("Completeness")
struct CompletenessTests {
    private func check(_ file: String) -> Completeness {
        Array(file.utf8).withUnsafeBytes { octets in
            Completeness.check(
                head: octets,
                tail: UnsafeRawBufferPointer(rebasing: octets[octets.count...]),
                isWholeFile: true
            )
        }
    }

    private func multipart(_ type: String, _ body: String) -> Completeness {
        check("From: a@b.c\nContent-Type: \(type)\n\n\(body)")
    }

    @Test(arguments: [
        "", "Subj", "From: a@b.c", "From: a@b.c\r\n", "From: a@b.c\r\nTo: d@e.f\r\n \r\n",
    ])
    func `a header without its empty line is not complete`(file: String) {
        #expect(check(file) == .noBlankLine)
    }

    @Test(arguments: [
        "From: a@b.c\n\n", "From: a@b.c\r\r", "From: a@b.c\r\n\r\nbody", "\nbody",
        "no header\n\nbody", "Content-Type: text/plain; boundary=x\n\nbody",
        "Content-Type: multipart/mixed\n\nbody", "Content-Type: multipart/mixed; boundary=\n\n",
        "X: 1\n\nContent-Type: multipart/mixed; boundary=x\n\n",
    ])
    func `a header with its empty line and no boundary is complete`(file: String) {
        #expect(check(file) == .complete)
    }

    @Test(arguments: [
        "multipart/mixed; boundary=xyz",
        "multipart/mixed; boundary=\"xyz\"",
        "Multipart/Mixed;\n\tBOUNDARY=\"x\\yz\"",
        "multipart/mixed; charset=\"a;b=\\\"\"; boundary = xyz",
        "multipart/mixed; boundary=xyz (comment)",
        "multipart/related; type=\"text/html\";\r\n boundary=\"xyz\"",
    ])
    func `the boundary is found and must be closed`(type: String) {
        #expect(multipart(type, "--xyz\n\nbody\n--xyz--\n") == .complete)
        #expect(multipart(type, "--xyz\n\nbody\n--xyz-") == .missingClosingBoundary("xyz"))
    }

    @Test(arguments: [
        ("--xyz--", true), ("--xyz--\r\nepilogue", true), ("a\r--xyz--\rb", true),
        ("a\n--xyz-- \t\n", true), ("a\n--xyz--x\n", false), ("a --xyz--\n", false),
        ("a\n--xyz\n", false), ("a\n--XYZ--\n", false), ("", false),
    ])
    func `the closing line stands on its own`(body: String, isComplete: Bool) {
        #expect((multipart("multipart/mixed; boundary=xyz", body) == .complete) == isComplete)
    }

    @Test func `a long file is judged by its tail`() {
        let head = Array("Content-Type: multipart/mixed; boundary=xyz\n\n--xyz\n".utf8)
        func check(_ tail: String) -> Completeness {
            head.withUnsafeBytes { head in
                Array(tail.utf8).withUnsafeBytes { tail in
                    Completeness.check(head: head, tail: tail, isWholeFile: false)
                }
            }
        }
        #expect(check("data\n--xyz--\n") == .complete)
        #expect(check("data\n--xyz\n") == .missingClosingBoundary("xyz"))
        #expect(check("data\n--xyz--\n\u{0}\u{0}") == .trailingNULs)
    }

    @Test func `trailing NULs are reported before anything else`() {
        #expect(check("From: a@b.c\n\nbody\u{0}") == .trailingNULs)
        #expect(check("\u{0}\u{0}") == .trailingNULs)
    }

    @Test(arguments: [
        ("From: a@b.c\n\nbody", Completeness.complete), ("From: a@b.c\n", .noBlankLine),
        (
            "Content-Type: multipart/x; boundary=b\n\n--b\n\nx\n",
            .missingClosingBoundary("b")
        ),
        ("From: a@b.c\n\nbody\u{0}", .trailingNULs),
    ])
    func `UTF-16 is read as the text it is`(text: String, expected: Completeness) {
        for mark in [[0xFEFF], []] as [[UInt16]] {
            let file = (mark + text.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            let result = file.withUnsafeBytes {
                Completeness.check(head: $0, tail: $0, isWholeFile: true)
            }
            #expect(result == expected)
        }
    }

    @Test(
        arguments: [
            (Completeness.complete, nil),
            (.noBlankLine, "The file ends before the empty line that ends the header."),
            (
                .missingClosingBoundary("xyz"),
                "The file ends before the line “--xyz--” that ends its parts."
            ),
            (.trailingNULs, "The file ends in NUL octets, where its text was never written."),
        ] as [(Completeness, String?)]
    )
    func `each result has its sentence`(result: Completeness, sentence: String?) {
        #expect(result.sentence == sentence)
    }
}
