import Glibc
import TestSupport
import Testing

@testable import Sandbox

@Suite("Message store")
struct MessageStoreTests {
    private func message(_ id: String?) throws -> SandboxMessage {
        var options = SandboxOptions()
        DialogueTests.open(&options)
        var server = try MemorySandbox(options)
        let header = id.map { "Message-ID: \($0)\r\n" } ?? ""
        server.send("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n\(header)\r\n.\r\n")
        return try #require(server.kept.first)
    }

    private func settle(_ store: MessageStore, _ message: SandboxMessage) -> SandboxMessage? {
        let file = store.begin()
        Array("x\r\n".utf8).withUnsafeBytes { file?.write($0) }
        return store.settle(message, file)
    }

    @Test func `numbers go on where an earlier run ended`() async throws {
        try await withScratchFolder { folder in
            try folder.write("", to: "000041-a@b.eml")
            try folder.write("", to: "99999999999999999999-a@b.eml")
            try folder.write("", to: "000077-a@b.json")
            let store = try MessageStore(folder: folder.path)
            #expect(settle(store, try message("<a@b>"))?.number == 42)
            #expect(settle(store, try message("<a@b>"))?.number == 43)
            #expect(try folder.text("000043-a@b.eml") == "x\r\n")
        }
    }

    @Test(arguments: [
        ("<a@b>", "000000-a@b"),
        ("<../../etc/passwd@b>", "000000-.._.._etc_passwd@b"),
        (
            "<\(String(repeating: "x", count: 900))@b>",
            "000000-\(String(repeating: "x", count: 119))"
        ),
        ("<a b@c>", "000000-08DDD30471EE4ED5-1@SANDBOX01.postchute.example"),
        (nil, "000000-08DDD30471EE4ED5-1@SANDBOX01.postchute.example"),
    ])
    func `a Message-ID becomes a harmless name`(id: String?, name: String) throws {
        #expect(try message(id).fileName == name)
    }

    @Test func `a message that cannot be written is refused and leaves nothing behind`()
        async throws
    {
        try await withScratchFolder { folder in
            try folder.makeFolder("mail")
            let path = folder.path("mail")
            let keep: (inout SandboxOptions) -> Void = {
                DialogueTests.open(&$0)
                $0.keep = true
                $0.folder = path
            }
            try await withSandbox(keep) { server in
                let client = try await RawClient(port: server.port)
                try await client.say("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\n", hear: "2.1.5")
                removeTree(path)
                try await client.say("DATA\r\nx\r\n.\r\n", hear: "452 4.3.1 Insufficient system")
                #expect(server.counters.accepted == 0)
                #expect(server.counters.refused == 1)
                try folder.makeFolder("mail")
                let again = "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n\r\n.\r\n"
                try await client.say(again, hear: "250 2.0.0 OK")
                #expect(folder.names("mail").count == 2)
            }
        }
    }

    @Test func `an abandoned message leaves no file behind`() async throws {
        try await withScratchFolder { folder in
            let keep: (inout SandboxOptions) -> Void = {
                DialogueTests.open(&$0)
                $0.keep = true
                $0.folder = folder.path
            }
            try await withSandbox(keep) { server in
                let client = try await RawClient(port: server.port)
                let begun = "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nhalf a line"
                try await client.say(begun, hear: "354")
                try await waitUntil("the temporary file") { folder.names().count == 1 }
                client.close()
                try await waitUntil("its removal") { folder.names().isEmpty }
            }
        }
    }

    @Test func `a folder that cannot be is named`() async throws {
        let error = #expect(throws: SandboxError.self) {
            try MessageStore(folder: "/nonexistent/folder")
        }
        #expect(
            error?.sentence == "The sandbox cannot use the folder /nonexistent/folder:"
                + " No such file or directory."
        )
    }

    @Test func `every kept message is told of`() async throws {
        let told = Told()
        let change: (inout SandboxOptions) -> Void = {
            DialogueTests.open(&$0)
            $0.onAccepted = { told.add($0) }
        }
        try await withSandbox(change) { server in
            let client = try await RawClient(port: server.port)
            let flight = "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n\r\n.\r\n"
            try await client.send("EHLO a\r\n\(flight)\(flight)")
            try await server.waitUntilAccepted(2)
            #expect(told.messages.map(\.number) == [1, 2])
        }
    }
}
