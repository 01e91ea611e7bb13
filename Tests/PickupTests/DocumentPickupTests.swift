import Documents
import Glibc
import MailMessage
import Spool
import TestSupport
import Testing

@testable import Pickup

/// What a pickup does whose files are documents.
@Suite("Pickups for documents")
struct DocumentPickupTests {
    private static let pdf = "%PDF-1.4\nHello.\n%%EOF\n"

    private static func rules(
        bundle: Duration? = nil,
        isRecursive: Bool = false,
        ready: ReadyPolicy = .closed
    ) throws -> PickupRules {
        let documents = DocumentRules(
            pickup: "scans",
            from: try MailboxTemplate("scanner@example.com"),
            to: [try MailboxTemplate("office@example.com")],
            subject: try DocumentTemplate("{name}")
        )
        return PickupRules(
            ready: ready,
            isRecursive: isRecursive,
            documents: DocumentPickup(rules: documents, bundle: bundle)
        )
    }

    /// The names of the files in a claimed bundle.
    private func pages(_ file: ClaimedFile, _ pickup: TestPickup) -> [String] {
        folderNames("\(pickup.drop)/queue/\(String(decoding: file.name.octets, as: UTF8.self))")
    }

    @Test(arguments: [
        ("a.pdf", CandidateName.candidate), ("a.exe", .candidate), ("a", .candidate),
        ("20261123T101530123456-7h3k9q2mzx4wp.scan.pdf.txt", .other),
        ("20261123T101530123456-7h3k9q2mzx4wp.scan.pdf", .candidate), ("notes.txt", .candidate),
        ("a.eml", .candidate), ("A.PDF.TMP", .other), ("a.pdf.part", .other), (".a.pdf", .other),
        ("~a.pdf", .other), ("a.filepart", .other), ("a.crdownload", .other), ("Thumbs.db", .other),
        ("desktop.ini", .other), ("my thumbs.db", .candidate), (".postchute-wake", .wake),
    ])
    func `every name but those of unfinished files is a candidate`(
        _ name: String,
        _ expected: CandidateName
    ) throws {
        #expect(CandidateName.classify(Array(name.utf8), by: try Self.rules()) == expected)
    }

    @Test func `a marker is no document, and speaks of one`() throws {
        let rules = try Self.rules(ready: .marker(suffix: ".ok"))
        #expect(CandidateName.classify(Array("a.pdf.ok".utf8), by: rules) == .other)
        let pickup = try TestPickup(rules)
        try pickup.write("a.pdf", Self.pdf)
        pickup.turn(scan: true)
        #expect(pickup.claimed.isEmpty)
        try pickup.write("a.ok", "")
        pickup.turn(["a.ok": .created])
        #expect(pickup.claimedNames == ["a.pdf"])
        #expect(pickup.waitingNames.isEmpty)
    }

    @Test func `what may not be sent is claimed too, to be refused where people see it`() throws {
        let pickup = try TestPickup(try Self.rules(ready: .renamed))
        try pickup.write("a.exe", "MZ")
        try pickup.write("b.pdf", "no PDF")
        pickup.turn()
        #expect(pickup.claimedNames == ["a.exe", "b.pdf"])
    }

    @Test func `a document whose end is missing waits, then is held`() throws {
        let pickup = try TestPickup(try Self.rules(ready: .renamed))
        try pickup.write("a.pdf", "%PDF-1.4\nHel")
        pickup.pass(.seconds(31))
        #expect(pickup.claimed.isEmpty)
        var held: [HeldFile] = []
        for case .held(let file) in pickup.events { held.append(file) }
        #expect(held.map(\.completeness) == [.missingEnd("a PDF document")])
        #expect(
            held.first?.completeness.sentence
                == "The file is a PDF document, and its end is missing."
        )
    }

    @Test func `a folder is reported where subfolders are not watched`() throws {
        let pickup = try TestPickup(try Self.rules())
        try pickup.makeFolder("anna")
        pickup.turn()
        #expect(pickup.left == ["anna": .unwatchedFolder])
        #expect(
            Obstacle.unwatchedFolder.sentence
                == "It is a folder, and subfolders are not watched; set recursive = true, or put the "
                + "files beside it."
        )
    }

    @Test func `a name for unfinished files in the queue is reported`() {
        #expect(
            Obstacle.unfinishedName.sentence
                == "Its name is one that programs give to unfinished files; rename it to have it sent."
        )
    }

    @Test func `a bundle ends when no file has come for its time`() throws {
        let pickup = try TestPickup(try Self.rules(bundle: .seconds(10), ready: .renamed))
        pickup.turn()
        for page in 1...3 {
            try pickup.write("page\(page).pdf", Self.pdf)
            pickup.turn(["page\(page).pdf": .created])
            #expect(pickup.waitingNames.isEmpty, "it is out of its writer's reach at once")
            pickup.pass(.seconds(9))
            #expect(pickup.claimed.isEmpty)
        }
        pickup.pass(.seconds(1))
        try #require(pickup.claimedNames == ["page1.pdf"])
        #expect(pages(pickup.claimed[0], pickup) == ["page1.pdf", "page2.pdf", "page3.pdf"])
    }

    @Test func `a page that no event told of is found before its bundle ends`() throws {
        let pickup = try TestPickup(try Self.rules(bundle: .seconds(10), ready: .renamed))
        pickup.turn()
        try pickup.write("page1.pdf", Self.pdf)
        pickup.turn(["page1.pdf": .created])
        pickup.pass(.seconds(9))
        try pickup.write("page2.pdf", Self.pdf)
        pickup.pass(.seconds(11))
        try #require(pickup.claimed.count == 1)
        #expect(pages(pickup.claimed[0], pickup) == ["page1.pdf", "page2.pdf"])
    }

    @Test func `a bundle waits for a page that is still being written, but not for ever`() throws {
        let pickup = try TestPickup(try Self.rules(bundle: .seconds(10)))
        pickup.turn()
        try pickup.write("page1.pdf", Self.pdf)
        pickup.turn(["page1.pdf": .created])
        pickup.pass(.seconds(1))
        let path = pickup.file("page2.pdf")
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        try TestPickup.write(Self.pdf, to: descriptor)
        pickup.turn(["page2.pdf": .created])
        pickup.pass(.seconds(500))
        #expect(pickup.claimed.isEmpty)
        pickup.pass(.seconds(101))
        try #require(pickup.claimed.count == 1)
        #expect(pages(pickup.claimed[0], pickup) == ["page1.pdf"])
    }

    @Test func `a bundle has at most 250 files`() throws {
        let pickup = try TestPickup(try Self.rules(bundle: .seconds(10), ready: .renamed))
        for page in 1...251 { try pickup.write("page\(page).pdf", Self.pdf) }
        pickup.turn()
        try #require(pickup.claimed.count == 1)
        #expect(pages(pickup.claimed[0], pickup).count == 250)
        pickup.pass(.seconds(10))
        #expect(pickup.claimed.count == 2)
    }

    @Test func `what would exceed the size of a message begins the next`() throws {
        var rules = try Self.rules(bundle: .seconds(10), ready: .renamed)
        rules.documents?.rules.maximumOctets = 100
        let pickup = try TestPickup(rules)
        for page in 1...3 {
            try pickup.write("page\(page).pdf", Self.pdf + "      ")
            pickup.turn(["page\(page).pdf": .created])
        }
        pickup.pass(.seconds(10))
        #expect(pickup.claimed.map { pages($0, pickup).count } == [2, 1])
    }

    @Test func `what may not be sent joins no bundle`() throws {
        let pickup = try TestPickup(try Self.rules(bundle: .seconds(10), ready: .renamed))
        try pickup.write("page1.pdf", Self.pdf)
        try pickup.write("scan.log", "one page")
        pickup.turn()
        #expect(pickup.claimedNames == ["scan.log"])
        pickup.pass(.seconds(10))
        #expect(pickup.claimedNames == ["page1.pdf", "scan.log"])
    }

    @Test func `each folder has a bundle of its own`() throws {
        let rules = try Self.rules(bundle: .seconds(10), isRecursive: true, ready: .renamed)
        let pickup = try TestPickup(rules)
        for folder in ["anna", "bob"] {
            try pickup.makeFolder(folder)
            for page in 1...2 { try pickup.write("\(folder)/page\(page).pdf", Self.pdf) }
        }
        pickup.turn()
        pickup.pass(.seconds(10))
        #expect(pickup.claimed.map { pages($0, pickup).count } == [2, 2])
    }
}
