import Documents
import Glibc
import MailMessage
import Spool
import Submission
import TestSupport
import Testing

@testable import Delivery

@Suite("Content of documents")
struct DocumentSourceTests {
    private static let page =
        [0xFF, 0xD8, 0xFF] + [UInt8](repeating: 0x2E, count: 400_000) + [0xFF, 0xD9]

    private static func rules() throws -> DocumentRules {
        DocumentRules(
            pickup: "erp",
            from: try MailboxTemplate("scanner@example.com"),
            to: [try MailboxTemplate("office@example.org")],
            subject: try DocumentTemplate("{count} of {name}")
        )
    }

    /// Collects pages into a bundle in the queue.
    private func bundle(_ fixture: EngineFixture, pages: Int = 3) throws -> SpoolName {
        var bundle: CollectedBundle?
        let drop = try fixture.spool.dropDirectory()
        for page in 1...pages {
            try writeFile(Self.page, to: fixture.folder.path("drop/page\(page).jpg"))
            let name = try #require(FileName("page\(page).jpg"))
            let facts = try #require(try drop.facts(name))
            bundle = try fixture.spool.collect(name, in: drop, facts: facts, into: bundle)
        }
        let collected = try #require(bundle)
        return try #require(try fixture.spool.commit(collected))
    }

    private func load(_ name: SpoolName, _ fixture: EngineFixture) async throws -> LoadOutcome {
        let loader = MessageLoader(
            spool: fixture.spool,
            rules: MessageRules(),
            documents: try Self.rules()
        )
        return await withCheckedContinuation { continuation in
            loader.load(name) { continuation.resume(returning: $0) }
        }
    }

    private func source(_ name: SpoolName, _ fixture: EngineFixture) async throws -> SpoolSource {
        guard case .loaded(let message) = try await load(name, fixture) else {
            throw WaitError("\(name) was not loaded")
        }
        return SpoolSource(
            message,
            offering: [0],
            spool: fixture.spool,
            threads: fixture.threads
        )
    }

    /// Takes every chunk; `nil` is the final dot.
    private func end(
        of source: SpoolSource
    ) async -> (octets: [UInt8], failure: ContentFailure?) {
        var octets: [UInt8] = []
        while true {
            switch await nextChunk(of: source) {
            case .failure(let failure): return (octets, failure)
            case .success(let chunk):
                octets += chunk.octets
                if chunk.isLast { return (octets, nil) }
            }
        }
    }

    private func nextChunk(of source: SpoolSource) async -> Result<ContentChunk, ContentFailure> {
        await withCheckedContinuation { continuation in
            source.nextChunk { continuation.resume(returning: $0) }
        }
    }

    private func path(_ name: SpoolName, _ fixture: EngineFixture, _ page: String) -> String {
        let folder = String(decoding: name.octets, as: UTF8.self)
        return fixture.folder.path("drop/queue/\(folder)/\(page)")
    }

    @Test func `every page arrives whole, as many octets as announced`() async throws {
        try await withEngine { fixture in
            let source = try await source(try bundle(fixture), fixture)
            let (octets, failure) = await end(of: source)
            #expect(failure == nil)
            #expect(octets.count == source.contentOctets + 3)
            #expect(!source.has8BitContent)
            let text = String(decoding: octets, as: UTF8.self)
            #expect(text.contains("Subject: 3 of page1.jpg\r\n"))
            #expect(fixture.names("queue/sending").count == 1)
        }
    }

    @Test func `a page that changes between two chunks never gets its final dot`() async throws {
        try await withEngine { fixture in
            let name = try bundle(fixture)
            let source = try await source(name, fixture)
            #expect(try await nextChunk(of: source).get().isLast == false)
            try writeFile([1, 2, 3], to: path(name, fixture, "page3.jpg"))
            #expect(await end(of: source).failure == .changed("size"))
        }
    }

    @Test func `a page that comes after the inspection keeps the final dot back`() async throws {
        try await withEngine { fixture in
            let name = try bundle(fixture)
            let source = try await source(name, fixture)
            try writeFile(Self.page, to: path(name, fixture, "page4.jpg"))
            #expect(await end(of: source).failure == .changed("list of files"))
        }
    }

    @Test func `one page that is none refuses the whole bundle`() async throws {
        try await withEngine { fixture in
            let name = try bundle(fixture)
            try writeFile(Array("MZ".utf8), to: path(name, fixture, "page2.jpg"))
            guard case .defective(_, let refusal) = try await load(name, fixture) else {
                return #expect(Bool(false), "it was loaded")
            }
            #expect(
                refusal.sentence
                    == "The file is named .jpg but is not a JPEG image."
            )
        }
    }

    @Test func `of a pickup for messages a folder is unusable`() async throws {
        try await withEngine { fixture in
            let name = try bundle(fixture)
            let loader = MessageLoader(spool: fixture.spool, rules: MessageRules())
            let outcome = await withCheckedContinuation { continuation in
                loader.load(name) { continuation.resume(returning: $0) }
            }
            guard case .unusable(_, let sentence) = outcome else {
                return #expect(Bool(false), "\(outcome)")
            }
            #expect(sentence.hasSuffix("it is a folder."), "\(sentence)")
        }
    }
}
