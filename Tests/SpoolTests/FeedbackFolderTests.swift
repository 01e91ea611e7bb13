import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Spool

@Suite("Feedback folder")
struct FeedbackFolderTests {
    private let scratch: ScratchFolder
    private let controls = TestSpool.Controls()
    private let folder: FeedbackFolder

    init() throws {
        scratch = try ScratchFolder("feedback")
        try scratch.makeFolder("feedback", mode: 0o700)
        folder = FeedbackFolder(path: scratch.path("feedback"), hooks: controls.hooks)
    }

    private static let id = "20261123T101530123456-7h3k9q2mzx4wp"

    private func name(_ original: [UInt8], _ id: SpoolID = .example) throws -> SpoolName {
        SpoolName(id: id, original: try #require(FileName(octets: original)))
    }

    @Test(arguments: [
        ("invoice.eml", "invoice.eml"), ("Grüße 1.eml", "Grüße 1.eml"),
        ("a:b*c?.eml", "a_b_c_.eml"),
        ("a\u{202E}b\n.eml", "a_b_.eml"), ("con.eml", "_con.eml"), ("NUL", "_NUL"),
        ("COM1.eml", "_COM1.eml"), ("COM0.eml", "COM0.eml"), ("common.eml", "common.eml"),
    ])
    func `the name is the writer's own where Windows has such names`(
        own: String,
        kept: String
    )
        throws
    {
        try folder.write(Array("text".utf8), about: name(Array(own.utf8)))
        #expect(scratch.names("feedback") == ["\(kept).\(Self.id).txt"])
        #expect(try scratch.text("feedback/\(kept).\(Self.id).txt") == "text")
    }

    @Test func `a name that is no text, or too long, is made to fit`() throws {
        #expect(
            FeedbackFolder.fileName(try name([0xFF, 0x61])) == Array("_a.\(Self.id).txt".utf8)
        )
        let long = Array(String(repeating: "ü", count: 120).utf8)
        #expect(FeedbackFolder.fileName(try name(long)).count <= FileName.maximumOctets)
        try folder.write([], about: name(long))
    }

    @Test func `everybody who may enter the folder may read, whatever the umask`() throws {
        try folder.write([], about: name(Array("a.eml".utf8)))
        var facts = stat()
        #expect(stat(scratch.path("feedback/a.eml.\(Self.id).txt"), &facts) == 0)
        #expect(facts.st_mode & 0o7777 == 0o644)
        #expect(try folder.hasText(about: name(Array("a.eml".utf8))))
        #expect(try !folder.hasText(about: name(Array("b.eml".utf8))))
    }

    @Test func `a link, a stranger's folder and a folder others write in are not used`() throws {
        try must("symlink", symlink("feedback", scratch.path("link")))
        let link = FeedbackFolder(path: scratch.path("link"), hooks: controls.hooks)
        #expect(link.problem()?.kind == .notPlain("not a folder"))
        #expect(kind { try link.write([], about: name(Array("a".utf8))) } != nil)
        chmod(scratch.path("feedback"), 0o770)
        let path = scratch.path("feedback")
        #expect(folder.problem()?.kind == .unsafe(cure: "chmod go-w \(path)"))
        #expect(kind { try folder.write([], about: name(Array("a".utf8))) } != nil)
        #expect(scratch.names("feedback") == [])
        #expect(FeedbackFolder(path: path, writers: .trusted).problem() == nil)
        chmod(path, 0o750)
        #expect(folder.problem() == nil)
        #expect(FeedbackFolder(path: "\(path)/none").problem()?.kind == .vanished)
    }

    @Test func `a text that cannot be written leaves nothing behind`() throws {
        controls.folderResult.store(-ENOSPC, ordering: .relaxed)
        #expect(kind { try folder.write([], about: name(Array("a".utf8))) } == .noSpace)
        #expect(scratch.names("feedback") == [])
    }

    @Test func `the oldest go, by age and by number, and what is not ours stays`() throws {
        try scratch.write("mine", to: "feedback/notes.txt")
        try scratch.write("", to: "feedback/.feedback-\(Self.id).tmp")
        for number in 0..<1005 {
            let id = SpoolID(microseconds: TestSpool.Controls.noon, random: UInt64(number))
            let file = FeedbackFolder.fileName(try name(Array("a.eml".utf8), id))
            try scratch.write("", to: "feedback/\(String(decoding: file, as: UTF8.self))")
        }
        let names = scratch.names("feedback").filter { $0.hasPrefix("a.eml.") }
        // In the order of the ids, one second after the other, up to now.
        for (index, name) in names.enumerated() {
            let seconds = Int(TestSpool.Controls.noon / 1_000_000) - names.count + index
            var times = [
                timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0),
            ]
            #expect(utimensat(AT_FDCWD, scratch.path("feedback/\(name)"), &times, 0) == 0)
        }
        let temporary = scratch.path("feedback/.feedback-\(Self.id).tmp")
        var past = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, temporary, &past, 0) == 0)
        try folder.removeOld()
        #expect(scratch.names("feedback") == Array(names.suffix(1000)) + ["notes.txt"])
        controls.now.add(30 * 86_400_000_000 - 10_000_000, ordering: .relaxed)
        try folder.removeOld()
        #expect(scratch.names("feedback").count == 10)
    }

    @Test func `messages that failed lately are found by their reasons`() throws {
        let test = try TestSpool()
        let first = try test.claimed("a.eml")
        _ = try test.spool.fail(first, from: .queue, reason: Array("x".utf8), state: nil)
        let second = try test.claimed("b.eml")
        _ = try test.spool.hold(second, from: .queue, reason: Array("x".utf8))
        test.controls.now.store(SpoolHooks.systemTime(), ordering: .relaxed)
        #expect(try test.spool.failed(within: 60_000_000) == [first])
        test.controls.now.add(61_000_000, ordering: .relaxed)
        #expect(try test.spool.failed(within: 60_000_000) == [])
    }
}

private func must(_ call: String, _ result: Int32) throws {
    guard result == 0 else { throw WaitError("\(call): \(systemError())") }
}
