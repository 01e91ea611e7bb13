import Glibc
import TestSupport
import Testing

/// Programs that write into a drop folder, each in its own way.
@Suite("Writers", .serialized)
struct WriterTests {
    private let hasLongSettle = ["settle = '10 min'"]

    @Test func `a file written slowly is claimed after its last close and not before`() async throws
    {
        try await withRelay("slow") { relay in
            let path = "\(relay.drop)/slow.eml"
            let message = RelayHarness.message("slow", body: "First.\nSecond.\nThird.\n")
            let writer = try FileWriter(path)
            for line in message.split(separator: "\n", omittingEmptySubsequences: false) {
                try writer.write("\(line)\n")
            }
            try await relay.passOver(path)
            #expect(relay.places("slow.eml") == [.drop])
            try writer.write("Fourth.\n")
            try await relay.passOver(path)
            #expect(relay.places("slow.eml") == [.drop])
            writer.close()
            try await relay.waitFor(.sent, "slow.eml")
            #expect(try relay.receivedOnce("slow").text.hasSuffix("\r\nFourth.\r\n"))
        }
    }

    @Test func `a renamed file is claimed at once, one written in place after settle`() async throws
    {
        var plan = RelayPlan()
        plan.pickup = hasLongSettle
        try await withRelay("renamed", plan) { relay in
            try writeFile(RelayHarness.message("inplace").utf8, to: "\(relay.drop)/inplace.eml")
            try relay.drop("renamed.eml", RelayHarness.message("renamed"))
            try await relay.waitFor(.sent, "renamed.eml")
            try await relay.passOver("\(relay.drop)/inplace.eml")
            #expect(relay.places("inplace.eml") == [.drop])
        }
    }

    @Test func `a file that is linked to its name and unlinked is claimed`() async throws {
        try await withRelay("linked") { relay in
            let outside = relay.scratch.path("tmp")
            try writeFile(RelayHarness.message("quick").utf8, to: outside)
            try must("link", link(outside, "\(relay.drop)/quick.eml"))
            unlink(outside)
            try await relay.waitFor(.sent, "quick.eml")
            #expect(try relay.receivedOnce("quick").recipients == ["b@example.org"])
        }
    }

    @Test func `a linked file that keeps both names for a while is claimed without them`()
        async throws
    {
        var plan = RelayPlan()
        plan.pickup = hasLongSettle
        try await withRelay("two-names", plan) { relay in
            let outside = relay.scratch.path("tmp")
            try writeFile(RelayHarness.message("two").utf8, to: outside)
            try must("link", link(outside, "\(relay.drop)/two.eml"))
            // Its event came before that of the later file, so both names have been seen.
            try await relay.settle()
            unlink(outside)
            try await relay.waitFor(.sent, "two.eml")
        }
    }

    @Test func `a file without a name is claimed when it is linked and closed`() async throws {
        try await withRelay("unnamed") { relay in
            let path = "\(relay.drop)/unnamed.eml"
            let writer = try FileWriter(unnamedIn: relay.drop)
            try writer.write(RelayHarness.message("unnamed"))
            try writer.link(to: path)
            try await relay.passOver(path)
            #expect(relay.places("unnamed.eml") == [.drop])
            writer.close()
            try await relay.waitFor(.sent, "unnamed.eml")
        }
    }

    @Test(arguments: ["x.eml.ok", "x.ok"])
    func `a file waits for its marker, which goes with it`(marker: String) async throws {
        var plan = RelayPlan()
        plan.pickup = ["ready = 'marker:.ok'"]
        try await withRelay("marker", plan) { relay in
            let path = "\(relay.drop)/x.eml"
            try writeFile(RelayHarness.message("x").utf8, to: path)
            try writeFile(RelayHarness.message("other").utf8, to: "\(relay.drop)/other.eml")
            try writeFile([], to: "\(relay.drop)/other.ok")
            try await relay.waitFor(.sent, "other.eml")
            #expect(relay.places("x.eml") == [.drop])
            try writeFile([], to: "\(relay.drop)/\(marker)")
            try await relay.waitFor(.sent, "x.eml")
            #expect(folderNames(relay.drop).filter { $0.hasSuffix(".ok") } == [])
            let line = try await relay.waitForLine("readiness")
            #expect(line["rule"] == "A file is taken when a second file ending in .ok says so.")
        }
    }

    @Test func `with ready = "renamed" the name alone says that a file is finished`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["ready = 'renamed'"] + hasLongSettle
        try await withRelay("name", plan) { relay in
            let writer = try FileWriter("\(relay.drop)/x.tmp")
            try writer.write(RelayHarness.message("x"))
            try await relay.settle()
            #expect(relay.files(.drop, "x.tmp").count == 1)
            try must("rename", rename("\(relay.drop)/x.tmp", "\(relay.drop)/x.eml"))
            // Claimed although it is open, but not sent before that would be safe.
            try await relay.waitFor(.queue, "x.eml")
            try await relay.settle()
            #expect(relay.places("x.eml") == [.queue])
            writer.close()
            try await relay.waitFor(.sent, "x.eml")
        }
    }

    @Test func `what is appended within settle belongs to the message`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["settle = '3 s'"]
        try await withRelay("appended", plan) { relay in
            let path = "\(relay.drop)/x.eml"
            try writeFile(RelayHarness.message("x", body: "First.").utf8, to: path)
            let writer = try FileWriter(path, flags: O_APPEND)
            try writer.write("\nAppended.\n")
            writer.close()
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedOnce("x").text.hasSuffix("First.\r\nAppended.\r\n"))
        }
    }

    @Test func `subfolders are served when asked for, new ones too`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["recursive = true"]
        try await withIdleRelay("recursive", plan) { relay in
            try relay.scratch.makeFolder("drop/old/deep", mode: 0o700)
            try relay.scratch.write(RelayHarness.message("early"), to: "drop/old/deep/early.eml")
            try await relay.startDaemon()
            try await relay.waitFor(.sent, "early.eml")
            try relay.scratch.write(RelayHarness.message("late"), to: "drop/old/late.eml")
            // Its folders are made and the file is there before anybody can watch them.
            try relay.scratch.makeFolder("drop/new/a/b", mode: 0o700)
            try relay.scratch.write(RelayHarness.message("new"), to: "drop/new/a/b/new.eml")
            try await relay.waitFor(.sent, "late.eml")
            try await relay.waitFor(.sent, "new.eml")
            try relay.scratch.write(RelayHarness.message("again"), to: "drop/new/a/b/again.eml")
            try await relay.waitFor(.sent, "again.eml")
            #expect(try relay.received().count == 4)
        }
    }

    @Test func `without recursive a subfolder is left alone`() async throws {
        try await withRelay("flat") { relay in
            try relay.scratch.makeFolder("drop/sub", mode: 0o700)
            try relay.scratch.write(RelayHarness.message("x"), to: "drop/sub/x.eml")
            try await relay.passOver("\(relay.drop)/sub/x.eml")
            #expect(folderNames("\(relay.drop)/sub") == ["x.eml"])
        }
    }
}
