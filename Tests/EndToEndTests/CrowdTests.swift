import Glibc
import TestSupport
import Testing

/// Many files, the same name again and again, and names of every kind.
@Suite("Many files and odd names", .serialized)
struct CrowdTests {
    @Test func `two thousand files are accepted once each`() async throws {
        var plan = RelayPlan()
        plan.route = ["connections = 4"]
        try await withIdleRelay("crowd", plan) { relay in
            let ids = (0..<2000).map { "crowd-\($0)" }
            // Half of them wait when the daemon starts, half come while it works.
            for id in ids[..<1000] { try relay.drop("\(id).eml", RelayHarness.message(id)) }
            try await relay.startDaemon()
            for id in ids[1000...] { try relay.drop("\(id).eml", RelayHarness.message(id)) }
            try await waitUntil(limit: .seconds(120), "all to be sent; the log:\n\(relay.log)") {
                relay.entries(.sent).count == ids.count
            }
            let accepted = try relay.received().map(\.envelope.messageID)
            #expect(accepted.count == ids.count)
            #expect(Set(accepted) == Set(ids.map { "<\($0)@example.com>" }))
            let places = Place.allCases.filter { $0 != .sent }
            #expect(places.flatMap { relay.entries($0) }.filter { $0.name.hasEML }.isEmpty)
        }
    }

    // What is promised: a version that was claimed is sent as it was, once; a version its own
    // writer replaced before that is the writer's to miss; the last one is always sent.
    @Test(arguments: [Versions(count: 300, lines: 50), Versions(count: 50, lines: 20_000)])
    func `a name renamed over again and again never spoils what was claimed`(
        versions: Versions
    ) async throws {
        try await withRelay("renamed-over") { relay in
            try await Self.overwrite(relay, versions) { text in
                try relay.drop("x.eml", text)
            }
        }
    }

    @Test(arguments: [Versions(count: 300, lines: 50), Versions(count: 50, lines: 20_000)])
    func `a name truncated and written again never spoils what was claimed`(
        versions: Versions
    ) async throws {
        var plan = RelayPlan()
        // The race is for the moment between two versions.
        plan.pickup = ["settle = '0 s'"]
        try await withRelay("written-over", plan) { relay in
            try await Self.overwrite(relay, versions) { text in
                let writer = try FileWriter("\(relay.drop)/x.eml", flags: O_CREAT | O_TRUNC)
                try writer.write(String(text.prefix(text.count / 2)))
                try writer.write(String(text.dropFirst(text.count / 2)))
            }
        }
    }

    /// Messages that differ, one after the other under the same name.
    ///
    /// Up to 64 KB a message is read once; a larger one must not change before its final dot.
    struct Versions: Sendable {
        let count: Int
        let lines: Int

        func text(_ version: Int) -> String {
            let lines = lines / 2 + version * 7919 % (self.lines / 2)
            let body = String(repeating: "This is version \(version).\n", count: lines)
            return RelayHarness.message("v\(version)", body: body + "End of \(version).\n")
        }
    }

    private static func overwrite(
        _ relay: RelayHarness,
        _ versions: Versions,
        _ write: (String) throws -> Void
    ) async throws {
        for version in 1...versions.count {
            try write(versions.text(version))
            // Sometimes as fast as possible, sometimes after the one before was claimed.
            if version % 10 == 0 {
                try await waitUntil("x.eml to be claimed") { relay.files(.drop, "x.eml").isEmpty }
            }
        }
        try await waitUntil("the last version; the log:\n\(relay.log)") {
            try !relay.received("v\(versions.count)").isEmpty
        }
        try await waitUntil("the rest") {
            Place.allCases.flatMap { relay.files($0, "x.eml") }.count
                == relay.files(.sent, "x.eml").count
        }
        let received = try relay.received()
        #expect(received.count >= versions.count / 10)
        #expect(Set(received.map(\.envelope.messageID)).count == received.count)
        for message in received {
            let digits = message.envelope.messageID.dropFirst(2).prefix { $0 != "@" }
            let version = try #require(Int(digits))
            let wire = versions.text(version).replacing("\n", with: "\r\n")
            #expect(message.text == wire, "version \(version)")
        }
        #expect(received.count == relay.files(.sent, "x.eml").count)
        #expect(relay.entries(.failed).isEmpty && relay.entries(.held).isEmpty)
    }

    @Test(arguments: [
        OddName("with spaces.eml"),
        OddName("upper.EML"),
        OddName("Mixed.eMl"),
        OddName("two\nlines.eml"),
        OddName("quote\"and\\backslash.eml"),
        OddName("-rf.eml"),
        OddName("%s%n$(id).eml"),
        OddName("Grüße ✉.eml"),
        OddName(octets: [0xFF, 0xFE, 0x80] + Array(".eml".utf8)),
        OddName(octets: [0x1B] + Array("[31m.eml".utf8)),
        OddName(String(repeating: "n", count: 251) + ".eml"),
    ])
    func `a file is sent whatever its name`(name: OddName) async throws {
        try await withRelay("name") { relay in
            try relay.drop(name.octets, Array(RelayHarness.message("x").utf8))
            try await waitUntil("it to be sent; the log:\n\(relay.log)") {
                relay.entries(.sent).count == 1
            }
            let kept = try #require(relay.entries(.sent).first?.name)
            if name.octets.count < 200 {
                #expect(kept == name.octets)
            } else {
                #expect(kept.count < 255 - 36 && kept.hasEML)
            }
            #expect(try relay.receivedOnce("x").recipients == ["b@example.org"])
            // However odd the name, its event is one line of printable text.
            let line = try await relay.waitForLine("sent")
            #expect(line.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
            #expect(relay.log.split(separator: "\n").allSatisfy { $0.contains("event=") })
        }
    }

    @Test func `names that programs give to unfinished files are left alone`() async throws {
        try await withRelay("unfinished") { relay in
            let names = [
                ".x.eml", "x.eml.tmp", "x.eml.part", "x.eml.filepart", "x.eml.crdownload",
                "~x.eml", "~$x.eml", "x.txt", "eml", ".eml",
            ]
            for name in names {
                try relay.scratch.write(RelayHarness.message("x"), to: "drop/\(name)")
            }
            try await relay.passOver("\(relay.drop)/\(names[0])")
            #expect(Set(names).isSubset(of: folderNames(relay.drop)))
            #expect(relay.lines("left").isEmpty)
            let path = "\(relay.drop)/x.eml.part"
            try must("rename", rename(path, "\(relay.drop)/x.eml"))
            try await relay.waitFor(.sent, "x.eml")
        }
    }
}

/// A file name that is hard to print.
struct OddName: Sendable, CustomTestStringConvertible {
    let octets: [UInt8]

    /// A name that is text.
    init(_ text: String) { octets = Array(text.utf8) }

    /// A name that is not.
    init(octets: [UInt8]) { self.octets = octets }

    var testDescription: String {
        octets.prefix(40).map { octet in
            (0x20...0x7E).contains(octet)
                ? String(Unicode.Scalar(octet)) : "\\x" + String(octet, radix: 16)
        }.joined()
    }
}

extension [UInt8] {
    /// Whether a name ends as a message's does.
    var hasEML: Bool { suffix(4).elementsEqual(".eml".utf8) }
}
