import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Spool

@Suite("Bundles")
struct BundleTests {
    private static let pages = ["page1.jpg", "page2.jpg", "page10.jpg"]

    /// Collects files of the drop folder, or of a folder in it, into one bundle.
    private func collect(
        _ names: [String],
        in folder: String = "",
        _ spool: TestSpool,
        into bundle: CollectedBundle? = nil
    ) throws -> CollectedBundle {
        var bundle = bundle
        let directory = try spool.spool.dropDirectory(relative: Array(folder.utf8))
        for text in names {
            try spool.put(folder.isEmpty ? text : "\(folder)/\(text)", text)
            let name = try #require(FileName(text))
            let facts = try #require(try directory.facts(name))
            bundle = try spool.spool.collect(name, in: directory, facts: facts, into: bundle)
        }
        return try #require(bundle)
    }

    /// A bundle in the queue.
    private func committed(_ spool: TestSpool, _ names: [String] = pages) throws -> SpoolName {
        let bundle = try collect(names, spool)
        _ = try #require(try spool.spool.commit(bundle))
        return bundle.name
    }

    private func names(_ files: BundleFiles) -> [String] {
        files.members.map { String(decoding: $0.name.octets, as: UTF8.self) }
    }

    @Test func `files wait for each other, then one rename puts them into the queue`() throws {
        let spool = try TestSpool()
        let bundle = try collect(Self.pages, spool)
        #expect(bundle.count == 3)
        #expect(bundle.octets == 28)
        #expect(spool.names("queue") == ["collecting"])
        #expect(spool.names("queue/collecting/\(bundle.name.text)").count == 3)
        _ = try #require(try spool.spool.commit(bundle))
        #expect(spool.names("queue/collecting").isEmpty)
        #expect(spool.names("queue/\(bundle.name.text)").count == 3)
        #expect(bundle.name.text.hasSuffix(".page1.jpg"))
        #expect(spool.names("state").isEmpty, "the happy path writes no state")
    }

    @Test func `the queue lists a bundle as a message`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        var (fresh, deferred) = (QueueWindow(), QueueWindow())
        let scan = try spool.spool.loadQueue(fresh: &fresh, deferred: &deferred)
        #expect(fresh.popFirst() == name)
        #expect(fresh.isEmpty && deferred.isEmpty && scan.strays.isEmpty)
        #expect(try spool.spool.isBundle(queued: name))
    }

    @Test func `pages are in the order they were written in, then by their numbers`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        let folder = spool.path("queue", name)
        for page in Self.pages { try setModified("\(folder)/\(page)", 1_700_000_000) }
        #expect(names(try spool.spool.open(bundle: name).files) == Self.pages)
        try setModified("\(folder)/page10.jpg", 1_600_000_000)
        #expect(
            names(try spool.spool.open(bundle: name).files)
                == ["page10.jpg", "page1.jpg", "page2.jpg"]
        )
    }

    @Test(arguments: [
        ("a2", "a10", true), ("a10", "a2", false), ("a", "b", true), ("a1b2", "a1b10", true),
        ("a01", "a1", false), ("a", "a", false), ("a1", "a", false), ("", "a", true),
    ])
    func `names that count are compared by their numbers`(
        _ left: String,
        _ right: String,
        _ precedes: Bool
    ) {
        #expect(NumberedName.precedes(Array(left.utf8), Array(right.utf8)) == precedes)
    }

    @Test func `a bundle has the name of its first page, whichever was taken first`() throws {
        let spool = try TestSpool()
        try spool.scratch.makeFolder("drop/anna", mode: 0o700)
        let bundle = try collect(["b.jpg", "a.jpg"], in: "anna", spool)
        let folder = spool.path("queue/collecting", bundle.name)
        for page in ["a.jpg", "b.jpg"] { try setModified("\(folder)/\(page)", 1_700_000_000) }
        let name = try #require(try spool.spool.commit(bundle))
        #expect(name.text == "\(bundle.name.id.text).a.jpg")
        let queued = try spool.spool.open(bundle: name)
        #expect(queued.name == name)
        #expect(queued.state?.folder == Array("anna".utf8))
    }

    @Test func `the content of every file and all names are durable before it is sent`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        spool.controls.fileSyncs.store(0, ordering: .relaxed)
        spool.controls.folderSyncs.store(0, ordering: .relaxed)
        _ = try spool.spool.open(bundle: name)
        #expect(spool.controls.fileSyncs.load(ordering: .relaxed) == 3)
        #expect(spool.controls.folderSyncs.load(ordering: .relaxed) == 1)
    }

    @Test func `a second file of the same name does not join`() throws {
        let spool = try TestSpool()
        let bundle = try collect(["page.jpg"], spool)
        #expect(kind { _ = try collect(["page.jpg"], spool, into: bundle) } == .exists)
        #expect(spool.names(".").contains("page.jpg"))
    }

    @Test func `a file that took the name between look and move stays with its writer`() throws {
        let spool = try TestSpool()
        try spool.put("other.jpg")
        try spool.put("page.jpg")
        let drop = try spool.spool.dropDirectory()
        let facts = try #require(try drop.facts(FileName("other.jpg")!))
        #expect(
            kind {
                _ = try spool.spool.collect(
                    FileName("page.jpg")!,
                    in: drop,
                    facts: facts,
                    into: nil
                )
            } == .changed("identity")
        )
        #expect(spool.names(".").contains("page.jpg"))
        #expect(spool.names("queue/collecting").isEmpty)
    }

    @Test func `a bundle goes the way of every message`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        let queued = try spool.spool.open(bundle: name)
        try spool.spool.beginSending(name, file: queued.files)
        #expect(spool.names("queue/sending") == [name.text])
        try queued.files.checkUnchanged()
        #expect(try spool.spool.settleSent(name) == .moved(name))
        #expect(spool.names("sent/2026-11-23/\(name.text)").count == 3)
    }

    @Test func `a failed bundle lies beside its reason and comes back with its history`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        var state = DeliveryState(name)
        state.recipients = [
            RecipientRecord(address: "a@example.com", outcome: .accepted(reply: ""))
        ]
        _ = try spool.spool.fail(name, from: .queue, reason: [1], state: state)
        #expect(spool.names("failed") == [name.text, "\(name.text).txt"])
        let operators = try OperatorSpool(opening: spool.options)
        let entry = try #require(try operators.find(Array(name.id.text.utf8)).first)
        try operators.retry(entry)
        #expect(spool.names("failed").isEmpty)
        let queued = try spool.spool.open(bundle: name)
        #expect(queued.name == name)
        #expect(queued.state?.recipients == state.recipients)
    }

    @Test func `a copy of a bundle is a message of its own`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        _ = try spool.spool.fail(name, from: .queue, reason: [1], state: DeliveryState(name))
        try spool.scratch.makeFolder("drop/queue/\(name.text)", mode: 0o700)
        try spool.scratch.write("x", to: "drop/queue/\(name.text)/page1.jpg")
        let queued = try spool.spool.open(bundle: name)
        #expect(queued.name != name)
        #expect(queued.state == nil)
        #expect(names(queued.files) == ["page1.jpg"])
    }

    /// What does not belong into a bundle.
    enum Foreign: CaseIterable {
        case link, hardLink, pipe, folder
    }

    @Test(arguments: Foreign.allCases)
    func `nothing but plain files is taken from a bundle`(_ foreign: Foreign) throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        let path = "\(spool.path("queue", name))/x.jpg"
        try spool.scratch.write("secret", to: "secret")
        let made =
            switch foreign {
            case .link: symlink(spool.scratch.path("secret"), path)
            case .hardLink: link(spool.scratch.path("secret"), path)
            case .pipe: mkfifo(path, 0o600)
            case .folder: mkdir(path, 0o700)
            }
        try #require(made == 0)
        let kind = kind { _ = try spool.spool.open(bundle: name) }
        let expected =
            switch foreign {
            case .link: "a symbolic link"
            case .hardLink: "a file with 2 names"
            case .pipe: "a named pipe"
            case .folder: "a folder"
            }
        #expect(kind == .notPlain(expected))
        // It can be set aside nevertheless.
        _ = try spool.spool.fail(name, from: .queue, reason: [1], state: nil)
        #expect(spool.names("failed").count == 2)
    }

    @Test func `what changes after the inspection is noticed`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        let files = try spool.spool.open(bundle: name).files
        let folder = spool.path("queue", name)
        try files.checkUnchanged()
        try spool.scratch.write("x", to: "drop/queue/\(name.text)/page3.jpg")
        #expect(kind { try files.checkUnchanged() } == .changed("list of files"))
        #expect(unlink("\(folder)/page3.jpg") == 0)
        try files.checkUnchanged()
        try spool.scratch.write("another", to: "drop/queue/\(name.text)/page2.jpg")
        #expect(kind { try files.checkUnchanged() } == .changed("size"))
        #expect(kind { _ = try files.open(1) } == .changed("size"))
        #expect(unlink("\(folder)/page2.jpg") == 0)
        #expect(kind { try files.checkUnchanged() } == .changed("list of files"))
    }

    @Test func `a file that is being written keeps its bundle waiting`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        let path = "\(spool.path("queue", name))/page1.jpg"
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        #expect(kind { _ = try spool.spool.open(bundle: name) } == .busy)
        close(descriptor)
        _ = try spool.spool.open(bundle: name)
    }

    @Test func `the folder files came from survives until they are sent`() throws {
        let spool = try TestSpool()
        try spool.scratch.makeFolder("drop/anna", mode: 0o700)
        let bundle = try collect(["a.jpg"], in: "anna", spool)
        _ = try #require(try spool.spool.commit(bundle))
        #expect(try spool.spool.state(of: bundle.name.id)?.folder == Array("anna".utf8))
        _ = try spool.spool.fail(bundle.name, from: .queue, reason: [1], state: nil)
        #expect(rename(spool.path("failed", bundle.name), spool.path("queue", bundle.name)) == 0)
        let queued = try spool.spool.open(bundle: bundle.name)
        #expect(queued.state?.folder == Array("anna".utf8))
        _ = try spool.spool.beginSending(queued.name, file: queued.files)
        _ = try spool.spool.settleSent(queued.name)
        #expect(spool.names("state").isEmpty)
    }

    @Test func `the folder of one file survives until it is sent`() throws {
        let spool = try TestSpool()
        try spool.scratch.makeFolder("drop/anna", mode: 0o700)
        try spool.put("anna/a.pdf")
        let directory = try spool.spool.dropDirectory(relative: Array("anna".utf8))
        let file = try #require(FileName("a.pdf"))
        let descriptor = try directory.open(file)
        defer { close(descriptor) }
        let name = try spool.spool.claim(
            file,
            in: directory,
            descriptor: descriptor,
            facts: try FileFacts(descriptor: descriptor),
            keepingFolder: true
        )
        #expect(try spool.spool.open(queued: name).state?.folder == Array("anna".utf8))
        // Refused unread, and put back by a person: under its id it is still the same.
        _ = try spool.spool.fail(name, from: .queue, reason: [1], state: nil)
        #expect(rename(spool.path("failed", name), spool.path(".", name)) == 0)
        let again = try spool.claim(FileName(octets: name.octets)!)
        #expect(again == name)
        #expect(try spool.spool.open(queued: again).state?.folder == Array("anna".utf8))
    }

    @Test func `a removed bundle leaves nothing behind`() throws {
        let spool = try TestSpool()
        let name = try committed(spool)
        let operators = try OperatorSpool(opening: spool.options)
        let entry = try #require(try operators.find(Array(name.id.text.utf8)).first)
        try operators.remove(entry)
        #expect(spool.names("queue") == ["collecting"])
    }

    private func setModified(_ path: String, _ seconds: Int) throws {
        var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        try #require(utimensat(AT_FDCWD, path, &times, 0) == 0)
    }
}

@Suite("Crashes among bundles")
struct BundleCrashTests {
    private func collected(_ spool: TestSpool, _ name: String = "a.jpg") throws -> CollectedBundle {
        try spool.put(name)
        let drop = try spool.spool.dropDirectory()
        let file = try #require(FileName(name))
        let facts = try #require(try drop.facts(file))
        return try spool.spool.collect(file, in: drop, facts: facts, into: nil)
    }

    @Test func `killed while files wait for each other: the bundle is found again`() throws {
        let spool = try TestSpool()
        let bundle = try collected(spool)
        let restarted = try spool.restarted()
        #expect(try restarted.recover() == SpoolRecovery())
        let found = try restarted.collectedBundles()
        #expect(found.map(\.name) == [bundle.name])
        #expect(found.first?.count == 1)
        #expect(found.first.map { $0.lastArrival > 0 } == true)
        #expect(try restarted.commit(try #require(found.first)) == bundle.name)
        #expect(spool.names("queue") == [bundle.name.text, "collecting"].sorted())
    }

    @Test func `killed between the folder and its first file: it is removed`() throws {
        let spool = try TestSpool()
        let bundle = try collected(spool)
        let inside = spool.path("queue/collecting", bundle.name)
        #expect(unlink("\(inside)/a.jpg") == 0)
        let restarted = try spool.restarted()
        _ = try restarted.recover()
        for found in try restarted.collectedBundles() {
            #expect(try restarted.commit(found) == nil)
        }
        #expect(spool.names("queue/collecting").isEmpty)
    }

    @Test func `killed after the bundle was committed: it waits in the queue`() throws {
        let spool = try TestSpool()
        let bundle = try collected(spool)
        _ = try #require(try spool.spool.commit(bundle))
        #expect(try spool.restarted().recover() == SpoolRecovery())
        #expect(spool.names("queue").contains(bundle.name.text))
    }

    @Test func `killed in sending: the bundle is uncertain`() throws {
        let spool = try TestSpool()
        let bundle = try collected(spool)
        _ = try #require(try spool.spool.commit(bundle))
        try spool.spool.beginSending(bundle.name)
        #expect(try spool.restarted().recover().uncertain == [bundle.name])
    }

    @Test func `killed while a bundle was removed: the rest goes`() throws {
        let spool = try TestSpool()
        let bundle = try collected(spool)
        _ = try #require(try spool.spool.commit(bundle))
        let hidden = spool.scratch.path("drop/queue/.\(bundle.name.id.text).gone")
        #expect(rename(spool.path("queue", bundle.name), hidden) == 0)
        #expect(try spool.restarted().recover().removedTemporaries == 1)
        #expect(spool.names("queue") == ["collecting"])
    }

    @Test func `killed while a file of a bundle was copied: the copy is no page`() throws {
        let spool = try TestSpool()
        let bundle = try collected(spool)
        _ = try #require(try spool.spool.commit(bundle))
        let copy = "drop/queue/\(bundle.name.text)/.\(bundle.name.id.text).copy"
        try spool.scratch.write("half", to: copy)
        let restarted = try spool.restarted()
        _ = try restarted.recover()
        #expect(try restarted.open(bundle: bundle.name).files.members.count == 1)
    }

    @Test func `a disk that fails once has a file copied and the bundle looked at again`() throws {
        let spool = try TestSpool()
        let bundle = try collected(spool)
        _ = try #require(try spool.spool.commit(bundle))
        spool.controls.fileResult.store(-EIO, ordering: .relaxed)
        #expect(kind { _ = try spool.spool.open(bundle: bundle.name) } == .other)
        spool.controls.fileResult.store(0, ordering: .relaxed)
        let files = try spool.spool.open(bundle: bundle.name).files
        #expect(files.members.count == 1)
    }

    @Test func `a state of a bundle that waits is kept`() throws {
        let spool = try TestSpool()
        try spool.scratch.makeFolder("drop/anna", mode: 0o700)
        try spool.put("anna/a.jpg")
        let folder = try spool.spool.dropDirectory(relative: Array("anna".utf8))
        let file = try #require(FileName("a.jpg"))
        let facts = try #require(try folder.facts(file))
        let bundle = try spool.spool.collect(file, in: folder, facts: facts, into: nil)
        let later = SpoolHooks.systemTime() + 10 * MessageSpool.stateKeptWithoutMessage
        spool.controls.now.store(later, ordering: .relaxed)
        let restarted = try spool.restarted()
        #expect(try restarted.recover().removedStates == 0)
        #expect(try restarted.collectedBundles().first?.folder == Array("anna".utf8))
        #expect(spool.names("state") == [bundle.name.id.text])
    }
}
