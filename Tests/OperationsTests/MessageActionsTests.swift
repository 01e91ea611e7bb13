import Glibc
import Settings
import Spool
import TestSupport
import Testing

@testable import Operations

@Suite("Message actions")
struct MessageActionsTests {
    @Test func `a failed message goes back into the queue beside a running daemon`() throws {
        let relay = try TestRelay()
        let name = try relay.failed()
        let result = try relay.run(.retry, name.id.text)
        #expect(result == CommandResult(["\(name.label) is back in the queue, due at once."]))
        #expect(relay.names("queue") == [name.text])
        #expect(relay.names("failed").isEmpty)
        let reopened = try relay.spool.open(queued: name)
        #expect(reopened.state?.nextAttempt == 0)
        #expect(reopened.state?.recipients.first?.address == "office@example.com")
    }

    @Test func `without a daemon the same happens, and the command says that nobody sends`() throws
    {
        let relay = try TestRelay()
        let name = try relay.failed()
        relay.stopDaemon()
        let result = try relay.run(.retry, "invoice.eml")
        #expect(result.output == ["\(name.label) is back in the queue, due at once."])
        #expect(result.complaints == ["Postchute is not running: the queue waits until it is."])
        #expect(result.status == .done)
        #expect(relay.names("queue") == [name.text])
    }

    @Test func `a deferred message is due at once where it is`() throws {
        let relay = try TestRelay()
        let name = try relay.deferred()
        let result = try relay.run(.retry, name.text)
        #expect(result == CommandResult(["\(name.label) is due at once."]))
        #expect(try relay.spool.nextAttempt(of: name.id) == 0)
        #expect(relay.names("queue") == [name.text])
    }

    @Test func `a message that was never tried needs no retry`() throws {
        let relay = try TestRelay()
        let name = try relay.claimed()
        let result = try relay.run(.retry, name.id.text)
        #expect(result == CommandResult(["\(name.label) waits for its first attempt already."]))
    }

    @Test func `hold and release move a message to held and back`() throws {
        let relay = try TestRelay()
        let name = try relay.claimed()
        let sentence = "is set aside; to send it: postchute release \(name.id)"
        #expect(try relay.run(.hold, name.id.text) == CommandResult(["\(name.label) \(sentence)"]))
        #expect(relay.names("held") == [name.text])
        #expect(
            try relay.run(.release, name.id.text)
                == CommandResult(["\(name.label) is back in the queue, due at once."])
        )
        #expect(relay.names("queue") == [name.text])
    }

    @Test func `a removed message leaves neither reason nor history`() throws {
        let relay = try TestRelay()
        let name = try relay.failed()
        var questions: [String] = []
        let result = try relay.run(.remove, name.id.text) {
            questions.append($0)
            return true
        }
        #expect(result == CommandResult(["\(name.label) is removed."]))
        #expect(questions == ["Remove \(name.label) from failed?"])
        #expect(relay.names("failed").isEmpty)
        #expect(relay.names("state").isEmpty)
    }

    @Test func `a no keeps the message`() throws {
        let relay = try TestRelay()
        let name = try relay.failed()
        let result = try relay.run(.remove, name.id.text) { _ in false }
        #expect(result == CommandResult(["\(name.label) stays where it is."]))
        #expect(relay.names("failed").count == 2)
    }

    @Test(arguments: MessageVerb.allCases)
    func `a message on the wire is refused`(verb: MessageVerb) throws {
        let relay = try TestRelay()
        let name = try relay.sending()
        let result = try relay.run(verb, name.id.text)
        let sentence =
            "is being sent right now, and nobody can call it back; try again in a minute."
        #expect(
            result == CommandResult(complaints: ["\(name.label) \(sentence)"], status: .tryLater)
        )
        #expect(relay.names("queue/sending") == [name.text])
    }

    @Test func `what a crash left on the wire is the daemon's to settle`() throws {
        let relay = try TestRelay()
        let name = try relay.sending()
        relay.stopDaemon()
        let result = try relay.run(.remove, name.id.text)
        let sentence =
            "was being sent when Postchute ended, and may have been accepted; start Postchute, "
            + "which settles it as when_uncertain says."
        #expect(
            result == CommandResult(complaints: ["\(name.label) \(sentence)"], status: .tryLater)
        )
    }

    @Test func `every message is tried and the highest status counts`() throws {
        let relay = try TestRelay()
        let (failed, held) = (try relay.failed("a.eml"), try relay.held("b.eml"))
        let result = try relay.run(.retry, "nothing.eml", held.id.text, failed.id.text)
        #expect(result.output == ["\(failed.label) is back in the queue, due at once."])
        #expect(
            result.complaints == [
                "There is no message \"nothing.eml\".",
                "\(held.label) is set aside; to send it: postchute release \(held.id)",
            ]
        )
        #expect(result.status == .data)
    }

    @Test func `a message named twice is acted on once and looked up again`() throws {
        let relay = try TestRelay()
        let (failed, other) = (try relay.failed("a.eml"), try relay.failed("b.eml"))
        let result = try relay.run(.hold, failed.id.text, "a.eml", other.id.text, failed.text)
        let aside = "is set aside; to send it: postchute release"
        #expect(
            result.output == [
                "\(failed.label) \(aside) \(failed.id)", "\(failed.label) is set aside already.",
                "\(other.label) \(aside) \(other.id)", "\(failed.label) is set aside already.",
            ]
        )
        #expect(result.complaints.isEmpty)
    }

    @Test func `words that mean several messages name the candidates`() throws {
        let relay = try TestRelay()
        let (first, second) = (try relay.failed("a.eml"), try relay.failed("b.eml"))
        let result = try relay.run(.retry, "2026")
        #expect(result.status == .usage)
        #expect(result.output.isEmpty)
        #expect(
            result.complaints.first == "\"2026\" can mean several messages; say more of the id:"
        )
        #expect(
            Set(result.complaints.dropFirst()) == [
                "  \(first.id)  erp  failed  a.eml", "  \(second.id)  erp  failed  b.eml",
            ]
        )
    }

    @Test func `at most twenty candidates are named`() throws {
        let relay = try TestRelay()
        for number in 0..<22 { _ = try relay.failed("\(number).eml") }
        let result = try relay.run(.retry, "2026")
        #expect(result.complaints.count == 22)
        #expect(result.complaints.last == "  and more")
    }

    @Test func `a name means the message the verb is for, not those sent before`() throws {
        let relay = try TestRelay()
        _ = try relay.sent()
        _ = try relay.sent()
        let failed = try relay.failed()
        let result = try relay.run(.retry, "invoice.eml")
        #expect(result.output == ["\(failed.label) is back in the queue, due at once."])
        #expect(try relay.run(.remove, "invoice.eml").output == ["\(failed.label) is removed."])
        #expect(try relay.run(.remove, "invoice.eml").status == .usage)
    }

    @Test func `of two folders a name means the one the verb is for`() throws {
        let relay = try TestRelay()
        let (held, failed) = (try relay.held(), try relay.failed())
        let retried = try relay.run(.retry, "invoice.eml")
        #expect(retried.output == ["\(failed.label) is back in the queue, due at once."])
        let released = try relay.run(.release, "invoice.eml")
        #expect(released.output == ["\(held.label) is back in the queue, due at once."])
    }

    @Test func `a sent message can be removed and nothing else`() throws {
        let relay = try TestRelay()
        let name = try relay.sent()
        #expect(try relay.run(.hold, "invoice.eml").status == .data)
        let result = try relay.run(.remove, "invoice.eml")
        let sentence = "is removed; the server accepted it on 2026-11-23 and keeps its copy."
        #expect(result == CommandResult(["\(name.label) \(sentence)"]))
    }

    @Test func `a name too long to keep still finds its message`() throws {
        let relay = try TestRelay()
        let long = String(repeating: "x", count: 250) + ".eml"
        let name = try relay.held(long)
        #expect(relay.names("held") == [name.text])
        #expect(try relay.run(.release, long).status == .done)
        #expect(relay.names("queue") == [name.text])
    }

    @Test func `all failed messages go back, of one pickup where one is named`() throws {
        let relay = try TestRelay()
        let names = try (0..<5).map { try relay.failed("\($0).eml").text }
        let all = MessageSelection()
        let result = try BulkActions(.retry, relay.folders, pickup: "erp", all).run().text
        #expect(result == CommandResult(["5 failed messages are back in the queue, due at once."]))
        #expect(relay.names("queue") == names.sorted())
        let again = try BulkActions(.retry, relay.folders, all).run().text
        #expect(again == CommandResult(["No message was put back: none in failed is meant."]))
    }

    @Test func `a message that cannot be moved does not keep the others`() throws {
        let relay = try TestRelay()
        let (stuck, free) = (try relay.failed("a.eml"), try relay.failed("b.eml"))
        try relay.scratch.write("a copy somebody made", to: "drop/queue/\(stuck.text)")
        let result = try BulkActions(.retry, relay.folders, MessageSelection()).run().text
        #expect(result.output == ["1 failed message is back in the queue, due at once."])
        #expect(result.status == .unavailable)
        let path = relay.scratch.path("drop")
        #expect(
            result.complaints == [
                "\(stuck.label) stays where it is: Cannot move \(path)/failed/\(stuck.text) to "
                    + "\(path)/queue/\(stuck.text): File exists."
            ]
        )
        #expect(relay.names("queue") == [stuck.text, free.text].sorted())
        #expect(relay.names("failed").contains(stuck.text))
    }

    @Test func `an unknown pickup is named with those there are`() throws {
        let relay = try TestRelay()
        let error = #expect(throws: CommandRefusal.self) {
            try MessageActions(.retry, relay.folders, pickup: "epr")
        }
        #expect(error?.lines == ["There is no pickup \"epr\"; the settings have: erp."])
        #expect(error?.status == .usage)
    }

    @Test func `a pickup that cannot be read is named when nothing is found`() throws {
        let relay = try TestRelay()
        let gone = relay.scratch.path("gone")
        relay.settings.pickups.append(PickupSettings(name: "scans", path: gone, routes: ["m365"]))
        let result = try relay.run(.retry, "nothing.eml")
        #expect(result.status == .unavailable)
        #expect(
            result.complaints == [
                "No message \"nothing.eml\" was found, but not every folder was read:",
                "  pickup scans: Cannot open folder \(gone): No such file or directory.",
            ]
        )
    }

    @Test func `the daemon is told of a change by a file that goes at once`() throws {
        let relay = try TestRelay()
        let name = try relay.failed()
        let watch = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        defer { close(watch) }
        #expect(inotify_add_watch(watch, relay.scratch.path("drop"), UInt32(IN_CREATE)) > 0)
        _ = try relay.run(.retry, name.id.text)
        var events = [UInt8](repeating: 0, count: 4096)
        let count = read(watch, &events, events.count)
        let text = String(decoding: events.prefix(max(count, 0)), as: UTF8.self)
        #expect(text.contains(".postchute-wake"))
        #expect(!relay.scratch.names("drop").contains(".postchute-wake"))
    }

    @Test func `a file that was put into the queue by hand can be set aside by its name`() throws {
        let relay = try TestRelay()
        try relay.scratch.write(TestRelay.content, to: "drop/queue/by hand.eml")
        let result = try relay.run(.hold, "by hand.eml")
        let sentence = "is set aside; to send it: postchute release by hand.eml"
        #expect(result == CommandResult(["by hand.eml \(sentence)"]))
        #expect(relay.names("held") == ["by hand.eml"])
    }

    @Test func `a hostile name cannot forge a line`() throws {
        let relay = try TestRelay()
        let name = try relay.held("a\nb\u{202E}.eml")
        let result = try relay.run(.release, name.id.text)
        #expect(
            result.output == [
                "\(name.id) (a_b\\u{202E}.eml) is back in the queue, due at once."
            ]
        )
    }

    // Operators               Daemon
    // hold, release …   ──▶   beginSending, settleSent
    // Each rename has one winner: no message is lost and none is in two folders.
    @Test func `operators and daemon at once lose and double nothing`() async throws {
        let relay = try TestRelay()
        let names = try (0..<60).map { try relay.claimed("\($0).eml") }
        let (spool, folders) = (relay.spool, relay.folders)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for name in names where (try? spool.beginSending(name)) != nil {
                    _ = try? spool.settleSent(name)
                }
            }
            for verb in [MessageVerb.hold, .release, .retry] {
                group.addTask {
                    for name in names.reversed() {
                        _ = try? MessageActions(verb, folders).run([name.id.text])
                    }
                }
            }
        }
        let all = relay.names("queue") + relay.names("held") + relay.names("queue/sending")
        #expect((all + relay.names("sent/2026-11-23")).sorted() == names.map(\.text).sorted())
    }
}
