import Foundation
import Glibc
import TestSupport

/// Files as scanners save them, small but with the right beginnings and ends.
enum ScannedFile {
    /// A PDF document of about so many octets.
    static func pdf(_ text: String = "Hello.", octets: Int = 0) -> [UInt8] {
        Array("%PDF-1.4\n% \(text)\n".utf8) + noise(octets) + Array("\nstartxref\n0\n%%EOF\n".utf8)
    }

    /// A JPEG image; no two pages are alike.
    static func jpeg(page: Int, octets: Int = 5000) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, 0xE0, UInt8(page & 255)] + noise(octets) + [0xFF, 0xD9]
    }

    /// Octets of every kind; the same for the same number.
    private static func noise(_ count: Int) -> [UInt8] {
        var value: UInt32 = 0x9E37_79B9
        return (0..<count).map { _ in
            value = value &* 1_664_525 &+ 1_013_904_223
            return UInt8(value >> 24)
        }
    }
}

extension ReceivedMessage {
    /// A file of a message.
    struct Attachment: Equatable {
        /// The parameter with its name, as it stands there.
        let name: String
        let octets: [UInt8]
    }

    /// The files of the message, decoded.
    var attachments: [Attachment] {
        get throws {
            let parts = text.components(separatedBy: "\r\n--=_").dropFirst()
            return try parts.compactMap { part in
                guard let body = part.range(of: "\r\n\r\n"),
                    let name = part.range(of: "Content-Disposition: attachment;\r\n ")
                else { return nil }
                let header = part[name.upperBound..<body.lowerBound]
                let encoded = part[body.upperBound...].replacingOccurrences(of: "\r\n", with: "")
                guard let data = Data(base64Encoded: encoded) else {
                    throw WaitError("\(header) is no base64")
                }
                return Attachment(
                    name: header.replacingOccurrences(of: "\r\n ", with: " "),
                    octets: Array(data)
                )
            }
        }
    }

    /// The value of a field of the header that is not folded.
    func field(_ name: String) -> String? {
        text.components(separatedBy: "\r\n").first { $0.hasPrefix("\(name): ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }
}

extension RelayPlan {
    /// A pickup for documents.
    static func documents(_ lines: String..., to: String = "['office@example.org']") -> RelayPlan {
        var plan = RelayPlan()
        plan.pickup =
            [
                "kind = 'documents'", "from = 'Scanner <scanner@example.com>'", "to = \(to)",
                "timezone = 'Europe/Berlin'",
            ] + lines
        return plan
    }

    /// A pickup with a folder for each recipient.
    static func folders(_ lines: String...) -> RelayPlan {
        var plan = documents(
            "recursive = true",
            "allow_to = ['example.org']",
            to: "['{subfolder}']"
        )
        plan.pickup += lines
        return plan
    }
}

extension RelayHarness {
    /// Saves a file below the drop folder as a scanner does: in place, piece by piece.
    func scan(_ path: String, _ octets: [UInt8]) throws {
        let descriptor = open("\(drop)/\(path)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw WaitError("open \(path): \(systemError())") }
        defer { close(descriptor) }
        for start in stride(from: 0, to: octets.count, by: 65_536) {
            let piece = octets[start..<min(start + 65_536, octets.count)]
            let count = piece.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count == piece.count else { throw WaitError("write: \(systemError())") }
        }
    }

    /// Makes a folder below the drop folder, as an administrator does for a user.
    func makeDropFolder(_ name: String) throws {
        guard mkdir("\(drop)/\(name)", 0o755) == 0 else {
            throw WaitError("mkdir: \(systemError())")
        }
    }

    /// Waits for so many accepted messages.
    func waitForMessages(_ count: Int = 1) async throws -> [ReceivedMessage] {
        try await waitUntil("\(count) messages; the log:\n\(log)") {
            try received().count >= count
        }
        return try received()
    }
}
