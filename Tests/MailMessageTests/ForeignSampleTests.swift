import Foundation
import MailMessage
import Submission
import Testing

/// The messages that other mail libraries are tested with, the broken ones above all.
@Suite("Samples of other libraries")
struct ForeignSampleTests {
    /// Debian's libpython3.N-testsuite has them.
    private static let samples = (11...30).map { "/usr/lib/python3.\($0)/test/test_email/data" }
        .flatMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.filter { $0.hasSuffix(".txt") }.sorted().map { "\(folder)/\($0)" }
        }

    /// Most samples name no recipient, or no sender.
    private static let envelope = Array("X-Sender: a@b.example\nX-Receiver: c@d.example\n".utf8)

    @Test(.enabled(if: !samples.isEmpty, "needs the package libpython3.N-testsuite"))
    func `every sample is refused with a sentence or goes out in wire form`() throws {
        var sent = 0
        for path in Self.samples {
            let file = Array(try Data(contentsOf: URL(filePath: path)))
            file.withUnsafeBytes { _ = Completeness.check(head: $0, tail: $0, isWholeFile: true) }
            for variant in [file, Self.envelope + file] {
                do throws(MessageDefect) {
                    try Self.expectWireForm(of: variant, path)
                    sent += 1
                } catch {
                    #expect(!error.sentence.isEmpty && !error.advice.isEmpty, "\(path)")
                }
            }
        }
        #expect(sent > Self.samples.count)
    }

    private static func expectWireForm(
        of file: [UInt8],
        _ path: String
    ) throws(MessageDefect) {
        let message = try inspect(file)
        let body = Array(file[message.bodyOffset...])
        let wire = encoded([message.wireHeader, body])
        let content = unstuffed(wire)
        #expect(message.wireHeader.count + surveyed([body]).wireOctets == content.count, "\(path)")
        for (octet, next) in zip(wire, wire.dropFirst()) {
            #expect((octet == 0x0D) == (next == 0x0A), "a bare CR or LF: \(path)")
        }
        let header = "\r\n" + message.header.lowercased()
        #expect(!header.contains("\r\nbcc") && !header.contains("\r\nx-receiver"), "\(path)")
        for recipient in message.envelope.recipients {
            let domain = Array(recipient.address.domain.utf8)
            #expect(file.indices.contains { file[$0...].starts(with: domain) }, "\(path)")
        }
        let again = Self.envelope + content
        let second = try inspect(again)
        #expect(
            encoded([second.wireHeader, Array(again[second.bodyOffset...])]) == wire,
            "\(path)"
        )
    }

    /// What the server keeps.
    private static func unstuffed(_ wire: [UInt8]) -> [UInt8] {
        var content: [UInt8] = []
        for line in wire.dropLast(3).split(separator: 0x0A, omittingEmptySubsequences: false) {
            content += line.first == UInt8(ascii: ".") ? line.dropFirst() : line
            content.append(0x0A)
        }
        return content.dropLast()
    }
}
