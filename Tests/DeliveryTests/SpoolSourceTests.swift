import Glibc
import MailMessage
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery

@Suite("Spool source")
struct SpoolSourceTests {
    private static let body = String(repeating: "a line of text\n.dots\n", count: 100_000)

    @Test func `a large message is read in chunks and arrives whole`() async throws {
        try await withEngine { fixture in
            try await fixture.begin()
            try fixture.claim("a.eml", to: ["b@example.org"], body: Self.body)
            try await waitUntil("sent") { fixture.sent.count == 1 }
            let content = try #require(fixture.submitters[0].seen.first?.content)
            let expected = Self.body.split(separator: "\n").map {
                ($0.hasPrefix(".") ? "." : "") + $0 + "\r\n"
            }.joined()
            #expect(String(decoding: content, as: UTF8.self).hasSuffix("\r\n\r\n\(expected).\r\n"))
        }
    }

    @Test func `a file that changes between two chunks never gets its final dot`() async throws {
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org"], body: Self.body)
            let source = try await source(of: name, in: fixture)
            let first = try await nextChunk(of: source).get()
            #expect(!first.isLast)
            try append("smuggled\n", to: "queue/\(text(name))", in: fixture)
            #expect(await end(of: source) == .changed("size"))
            #expect(fixture.names("queue/sending") == [])
        }
    }

    @Test func `a file that changes after its move to sending never gets its final dot`()
        async throws
    {
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org"], body: Self.body)
            let source = try await source(of: name, in: fixture)
            source.contentWillBeNeeded()
            try await waitUntil("moved") { fixture.names("queue/sending").count == 1 }
            try append("smuggled\n", to: "queue/sending/\(text(name))", in: fixture)
            #expect(await end(of: source) == .changed("size"))
        }
    }

    @Test func `a small message is sent from the octets that were inspected`() async throws {
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org"])
            let source = try await source(of: name, in: fixture)
            source.contentWillBeNeeded()
            try await waitUntil("moved") { fixture.names("queue/sending").count == 1 }
            try append("smuggled\n", to: "queue/sending/\(text(name))", in: fixture)
            let chunk = try await nextChunk(of: source).get()
            #expect(chunk.isLast)
            #expect(
                String(decoding: chunk.octets, as: UTF8.self).hasSuffix("\r\n\r\ntext\r\n.\r\n")
            )
        }
    }

    @Test func `a file that an operator took is missing, not half sent`() async throws {
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org"])
            let source = try await source(of: name, in: fixture)
            let path = fixture.folder.path("drop/queue/\(text(name))")
            try #require(rename(path, fixture.folder.path("drop/held/\(text(name))")) == 0)
            #expect(await end(of: source) == .missing)
        }
    }

    @Test func `a rewound source gives the same content again`() async throws {
        for body in ["text\n", Self.body] {
            try await withEngine { fixture in
                let name = try fixture.claim("a.eml", to: ["b@example.org"], body: body)
                let source = try await source(of: name, in: fixture)
                _ = try await nextChunk(of: source).get()
                #expect(source.rewind())
                let first = try await content(of: source)
                #expect(source.rewind())
                #expect(try await content(of: source) == first)
                #expect(first.count > source.contentOctets)
            }
        }
    }

    @Test func `the octets announced are those of the content, also where parts were encoded`()
        async throws
    {
        let line = String(repeating: ".x", count: 2000)
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org"], body: "a\n\(line)\n")
            let source = try await source(of: name, in: fixture)
            let wire = try await content(of: source)
            var decoder = WireDecoder()
            var octets: [UInt8] = []
            wire.withUnsafeBytes { decoder.decode($0, into: &octets) }
            #expect(octets.count == source.contentOctets)
        }
    }

    @Test func `the header's recipients are those of the header that goes out`() async throws {
        try await withEngine { fixture in
            let name = try fixture.claim("a.eml", to: ["b@example.org", "c@example.org"])
            let source = try await source(of: name, in: fixture)
            #expect(source.headerRecipients.map(\.text) == ["b@example.org", "c@example.org"])
            #expect(source.hasReadableRecipients)
        }
    }

    private func content(of source: SpoolSource) async throws -> [UInt8] {
        var octets: [UInt8] = []
        while true {
            let chunk = try await nextChunk(of: source).get()
            octets += chunk.octets
            if chunk.isLast { return octets }
        }
    }

    private func text(_ name: SpoolName) -> String { String(decoding: name.octets, as: UTF8.self) }

    private func source(
        of name: SpoolName,
        in fixture: EngineFixture
    ) async throws -> SpoolSource {
        let loader = MessageLoader(spool: fixture.spool, rules: MessageRules())
        let outcome = await withCheckedContinuation { continuation in
            loader.load(name) { continuation.resume(returning: $0) }
        }
        guard case .loaded(let message) = outcome else { throw WaitError("\(outcome)") }
        return SpoolSource(
            message,
            offering: [0],
            spool: fixture.spool,
            threads: fixture.threads
        )
    }

    /// Appends as a writer does who still holds the file open.
    private func append(_ words: String, to relative: String, in fixture: EngineFixture) throws {
        let descriptor = open(fixture.folder.path("drop/\(relative)"), O_WRONLY | O_APPEND)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(write(descriptor, words, words.utf8.count) == words.utf8.count)
    }

    private func nextChunk(of source: SpoolSource) async -> Result<ContentChunk, ContentFailure> {
        await withCheckedContinuation { continuation in
            source.nextChunk { continuation.resume(returning: $0) }
        }
    }

    /// Takes every chunk and returns how it ended; `nil` is the final dot.
    private func end(of source: SpoolSource) async -> ContentFailure? {
        while true {
            switch await nextChunk(of: source) {
            case .failure(let failure): return failure
            case .success(let chunk): if chunk.isLast { return nil }
            }
        }
    }
}
