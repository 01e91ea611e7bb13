import Glibc
import TestSupport
import Testing

/// Several files that become one message.
@Suite("Bundles of documents", .serialized)
struct BundleTests {
    /// The pages of a message, by name.
    private func pages(_ message: ReceivedMessage) throws -> [String] {
        try message.attachments.map { $0.name }
    }

    private func named(_ numbers: ClosedRange<Int>) -> [String] {
        numbers.map { "filename=\"page\($0).jpg\"" }
    }

    @Test func `pages that arrive one by one become one message`() async throws {
        let plan = RelayPlan.documents("bundle = '2 s'", "subject = '{stem}: {count} pages'")
        try await withRelay("pages", plan) { relay in
            for page in 1...12 {
                try relay.scan("page\(page).jpg", ScannedFile.jpeg(page: page))
                try await waitUntil { relay.places("page\(page).jpg").isEmpty }
            }
            let message = try #require(try await relay.waitForMessages().first)
            #expect(try pages(message) == named(1...12))
            for (index, page) in try message.attachments.enumerated() {
                #expect(page.octets == ScannedFile.jpeg(page: index + 1))
            }
            #expect(message.field("Subject") == "page1: 12 pages")
            let path = try await relay.waitFor(.sent, "page1.jpg")
            #expect(folderNames(path).count == 12)
            #expect(try relay.received().count == 1)
            #expect(folderNames("\(relay.drop)/queue/collecting").isEmpty)
        }
    }

    @Test func `pages of two folders become a message each`() async throws {
        try await withRelay("two", .folders("bundle = '1 s'")) { relay in
            for folder in ["anna@example.org", "bob@example.org"] {
                try relay.makeDropFolder(folder)
            }
            for page in 1...3 {
                for folder in ["anna@example.org", "bob@example.org"] {
                    try relay.scan("\(folder)/page\(page).jpg", ScannedFile.jpeg(page: page))
                }
            }
            let messages = try await relay.waitForMessages(2)
            #expect(
                messages.map(\.recipients).sorted { $0[0] < $1[0] }
                    == [["anna@example.org"], ["bob@example.org"]]
            )
            for message in messages { #expect(try pages(message) == named(1...3)) }
        }
    }

    @Test func `a second file of the same name begins the next message`() async throws {
        try await withRelay("same", .documents("bundle = '2 s'")) { relay in
            for page in 1...2 {
                try relay.scan("page.jpg", ScannedFile.jpeg(page: page))
                try await waitUntil { relay.places("page.jpg") != [.drop] }
            }
            let messages = try await relay.waitForMessages(2)
            #expect(
                try messages.map { try $0.attachments.map(\.octets) }
                    == [[ScannedFile.jpeg(page: 1)], [ScannedFile.jpeg(page: 2)]]
            )
        }
    }

    @Test func `a file that may not be sent is refused alone`() async throws {
        try await withRelay("alone", .documents("bundle = '1 s'")) { relay in
            try relay.scan("page1.jpg", ScannedFile.jpeg(page: 1))
            try relay.scan("scan.log", Array("2 pages\n".utf8))
            try relay.scan("page2.jpg", ScannedFile.jpeg(page: 2))
            let message = try #require(try await relay.waitForMessages().first)
            #expect(try pages(message) == named(1...2))
            try await relay.waitFor(.failed, "scan.log")
        }
    }

    @Test func `killed while pages wait for each other, they are one message nevertheless`()
        async throws
    {
        try await withRelay("killed", .documents("bundle = '4 s'")) { relay in
            try relay.scan("page1.jpg", ScannedFile.jpeg(page: 1))
            try await waitUntil { relay.places("page1.jpg").isEmpty }
            try await relay.killDaemon()
            #expect(folderNames("\(relay.drop)/queue/collecting").count == 1)
            try relay.scan("page2.jpg", ScannedFile.jpeg(page: 2))
            try await relay.startDaemon()
            let message = try #require(try await relay.waitForMessages().first)
            #expect(try pages(message) == named(1...2))
            #expect(try relay.received().count == 1)
            #expect(relay.lines("uncertain").isEmpty)
        }
    }

    @Test func `without bundle what was collected is still one message`() async throws {
        let plan = RelayPlan.documents("bundle = '1 h'")
        try await withRelay("off", plan) { relay in
            for page in 1...2 { try relay.scan("page\(page).jpg", ScannedFile.jpeg(page: page)) }
            try await waitUntil { relay.entries(.drop).allSatisfy { $0.name.last != 0x67 } }
            try await relay.stopDaemon()
            try relay.writeSettings(.documents())
            try await relay.startDaemon()
            let message = try #require(try await relay.waitForMessages().first)
            #expect(try pages(message) == named(1...2))
        }
    }

    @Test func `killed with a bundle on the wire it is uncertain and sent once more`() async throws
    {
        var plan = RelayPlan.documents("bundle = '1 s'", "when_uncertain = 'hold'")
        plan.script = "at dot delay 1m times 1"
        try await withRelay("wire", plan) { relay in
            try relay.scan("page1.jpg", ScannedFile.jpeg(page: 1))
            try await relay.waitFor(.sending, "page1.jpg")
            try await relay.killDaemon()
            try await relay.startDaemon()
            let path = try await relay.waitFor(.held, "page1.jpg")
            #expect(folderNames(path) == ["page1.jpg"])
            #expect(try await relay.waitForLine("uncertain")["note"] == "possible duplicate")
        }
    }

    @Test func `commands treat a bundle as a message`() async throws {
        var plan = RelayPlan.documents("bundle = '1 s'", "subject = '{count} pages'")
        plan.script = #"at RCPT reply "550 5.1.1 unknown" times 1"#
        try await withRelay("commands", plan) { relay in
            for page in 1...2 { try relay.scan("page\(page).jpg", ScannedFile.jpeg(page: page)) }
            let path = try await relay.waitFor(.failed, "page1.jpg")
            let id = String(try #require(path.split(separator: "/").last?.prefix(35)))
            let list = try await relay.command("list", "failed")
            #expect(list.output.contains(id) && list.output.contains("10 KB"), "\(list.output)")
            let show = try await relay.command("show", id)
            #expect(show.code == 0 && show.output.contains("2 pages"), "\(show)")
            #expect(try await relay.command("hold", id).code == 0)
            try await relay.waitFor(.held, "page1.jpg")
            #expect(try await relay.command("release", id).code == 0)
            try await relay.waitFor(.sent, "page1.jpg")
            #expect(try relay.received().count == 1)
            let remove = try await relay.command("remove", id, "--yes")
            #expect(remove.code == 0, "\(remove)")
            #expect(relay.places("page1.jpg").isEmpty)
        }
    }

    @Test func `a failed bundle that is put back into the drop folder is sent again`() async throws
    {
        var plan = RelayPlan.documents("bundle = '1 s'")
        plan.script = #"at RCPT reply "550 5.1.1 unknown" times 1"#
        try await withRelay("back", plan) { relay in
            for page in 1...2 { try relay.scan("page\(page).jpg", ScannedFile.jpeg(page: page)) }
            let path = try await relay.waitFor(.failed, "page1.jpg")
            let name = try #require(path.split(separator: "/").last)
            #expect(rename(path, "\(relay.drop)/\(name)") == 0)
            let message = try #require(try await relay.waitForMessages().first)
            #expect(try pages(message) == named(1...2))
            try await relay.waitFor(.sent, "page1.jpg")
            #expect(folderNames("\(relay.drop)/failed").isEmpty)
        }
    }

    @Test func `what somebody adds to a bundle is no page unless it is a plain document`()
        async throws
    {
        try await withRelay("foreign", .documents("bundle = '1 s'")) { relay in
            #expect(try await relay.command("pause", "erp").code == 0)
            try await relay.waitForLine("paused")
            try relay.scan("page1.jpg", ScannedFile.jpeg(page: 1))
            let path = try await relay.waitFor(.queue, "page1.jpg")
            #expect(symlink("/etc/passwd", "\(path)/page2.jpg") == 0)
            #expect(try await relay.command("resume", "erp").code == 0)
            try await relay.waitFor(.failed, "page1.jpg")
            let reason = try relay.reason("page1.jpg")
            #expect(reason.contains("page2.jpg: it is a symbolic link"), "\(reason)")
            #expect(try relay.received().isEmpty)
        }
    }
}
