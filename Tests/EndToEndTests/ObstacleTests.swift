import Glibc
import TestSupport
import Testing

/// What lies in a drop folder and is never claimed.
@Suite("Obstacles", .serialized)
struct ObstacleTests {
    @Test func `what can never be claimed is reported once and stays where it is`() async throws {
        try await withRelay("obstacles") { relay in
            let outside = relay.scratch.path("outside.eml")
            try writeFile(RelayHarness.message("outside").utf8, to: outside)
            let drop = relay.drop
            try must("mkfifo", mkfifo("\(drop)/fifo.eml", 0o600))
            try must("symlink", symlink(outside, "\(drop)/symlink.eml"))
            try must("link", link(outside, "\(drop)/hard.eml"))
            try must("mkdir", mkdir("\(drop)/folder.eml", 0o700))
            try writeFile([], to: "\(drop)/empty.eml")
            let expected = [
                "fifo": "It is a named pipe, not a file; remove it.",
                "symlink": "It is a symbolic link, which is never followed; put the message itself "
                    + "here.",
                "hard": "The file has 2 names, so its writer could still change it after it was "
                    + "taken; remove the other name, or put a copy here.",
                "folder": "It is a folder, not a message; rename or remove it.",
                "empty": "It is empty; remove it, or let its writer finish it.",
            ]
            for (name, sentence) in expected {
                let line = try await relay.waitForLine("left") {
                    $0["path"] == "\(drop)/\(name).eml"
                }
                #expect(line["reason"] == sentence)
            }
            // Three scans later, and nothing is said again.
            for _ in 1...3 { try await relay.settle() }
            #expect(relay.lines("left").count == expected.count)
            for name in expected.keys { #expect(relay.places("\(name).eml") == [.drop]) }
            #expect(try relay.received("outside").isEmpty)

            // What is put right is taken after all.
            unlink(outside)
            try relay.settleHardLink()
            try await relay.waitFor(.sent, "hard.eml")
            try writeFile(RelayHarness.message("filled").utf8, to: "\(drop)/empty.eml")
            try await relay.waitFor(.sent, "empty.eml")
        }
    }

    @Test func `a file whose name is a folder of the spool is no message`() async throws {
        try await withRelay("reserved") { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            #expect(relay.lines("left").isEmpty)
        }
    }
}

extension RelayHarness {
    /// Asks for a scan: the removal of another name is no event in the drop folder.
    fileprivate func settleHardLink() throws {
        let wake = "\(drop)/.postchute-wake"
        try writeFile([], to: wake)
        unlink(wake)
    }
}
