import Glibc
import TestSupport
import Testing

/// Programs on the same machine, each with its own way to write a file.
@Suite("Ways to write", .serialized)
struct LocalWriterTests {
    /// A command that writes what stands in `$SOURCE` to `$TARGET`, as programs do.
    static let commands = [
        "cp \"$SOURCE\" \"$TARGET\"",
        "cat \"$SOURCE\" > \"$TARGET\"",
        "install -m 640 \"$SOURCE\" \"$TARGET\"",
        // A file that comes from elsewhere: written under its last name.
        "cp \"$SOURCE\" /dev/shm/$$.x && mv /dev/shm/$$.x \"$TARGET\"",
        "dd if=\"$SOURCE\" of=\"$TARGET\" bs=512 conv=fsync 2>/dev/null",
        "while read -r line; do echo \"$line\" >> \"$TARGET\"; done < \"$SOURCE\"",
        "{ head -n 9 \"$SOURCE\"; sleep 0.7; tail -n +10 \"$SOURCE\"; } > \"$TARGET\"",
        // The temporary names of rsync and of scp-like programs.
        "d=$(dirname \"$TARGET\"); cp \"$SOURCE\" \"$d/.x.eml.Xa3fZ\" && mv \"$d/.x.eml.Xa3fZ\" \"$TARGET\"",
        "cp \"$SOURCE\" \"$TARGET.filepart\" && mv \"$TARGET.filepart\" \"$TARGET\"",
        "cp \"$SOURCE\" \"$TARGET.part\" && ln \"$TARGET.part\" \"$TARGET\" && rm \"$TARGET.part\"",
        "head -c 5000 /dev/zero > \"$TARGET\" && dd if=\"$SOURCE\" of=\"$TARGET\" 2>/dev/null",
        "tr '\\n' x < \"$SOURCE\" > \"$TARGET\" && dd if=\"$SOURCE\" of=\"$TARGET\" conv=notrunc 2>/dev/null",
        "tar -cf - -C \"$(dirname \"$SOURCE\")\" \"$(basename \"$SOURCE\")\" | tar -xf - -C \"$(dirname \"$TARGET\")\"",
    ]

    @Test func `whatever writes a file, the message arrives whole and once`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["settle = '4 s'"]
        try await withRelay("commands", plan) { relay in
            let source = try relay.scratch.makeFolder("source")
            for (number, command) in Self.commands.enumerated() {
                let name = "c\(number).eml"
                let message = NumberedMessage(id: "c\(number)", lineCount: 50)
                try writeFile(message.text.utf8, to: "\(source)/\(name)")
                let files = ["SOURCE=\(source)/\(name)", "TARGET=\(relay.drop)/\(name)"]
                let run = try await ChildProcess.run(["env"] + files + ["sh", "-c", command])
                #expect(run.exit == .code(0), "\(command): \(run.errors)")
            }
            for number in Self.commands.indices {
                try await relay.waitFor(.sent, "c\(number).eml")
            }
            #expect(try relay.receivedWhole().count == Self.commands.count)
        }
    }

    @Test
    func `each version of a name that is renamed over is sent whole, and the last one always`()
        async throws
    {
        try await withRelay("renamed-over") { relay in
            let count = LongRun.count(100, long: 5000)
            for number in 1...count {
                let message = NumberedMessage(id: "v\(number)", lineCount: 20 + number % 5 * 200)
                try relay.drop("x.eml", message.text)
                // Now and then the daemon gets ahead.
                if number % 10 == 0 { try await relay.settle() }
            }
            try await Self.expectVersions(count, relay)
        }
    }

    @Test(arguments: [true, false])
    func `each version that is rewritten in place is sent whole, and the last one always`(
        truncates: Bool
    ) async throws {
        try await withRelay("rewritten") { relay in
            let count = LongRun.count(60, long: 1000)
            let path = "\(relay.drop)/x.eml"
            for number in 1...count {
                let message = NumberedMessage(id: "v\(1000 + number)", lineCount: 400)
                let text = Array(message.text.utf8)
                let flags = truncates ? O_CREAT | O_TRUNC : O_CREAT
                let file = open(path, O_WRONLY | O_CLOEXEC | flags, 0o644)
                guard file >= 0 else { throw WaitError("open: \(systemError())") }
                let half = text.count / 2
                pwrite(file, text, half, 0)
                // Sometimes longer than `settle`, sometimes not.
                let pause = number % 60
                if number % 5 == 0 { try await Task.sleep(for: .milliseconds(pause * 3)) }
                _ = text.withUnsafeBytes {
                    pwrite(file, $0.baseAddress.map { $0 + half }, text.count - half, half)
                }
                close(file)
                if number % 4 == 0 { try await Task.sleep(for: .milliseconds(pause * 4)) }
                if number % 20 == 0 { try await relay.waitFor(.sent, "x.eml") }
            }
            try await Self.expectVersions(1000 + count, relay)
        }
    }

    private static func expectVersions(_ last: Int, _ relay: RelayHarness) async throws {
        try await waitUntil(limit: .seconds(60), "the last version; the log:\n\(relay.log)") {
            try relay.received("v\(last)").count == 1
        }
        try await waitUntil("its file to be settled") { relay.places("x.eml") == [.sent] }
        let taken = relay.files(.sent, "x.eml").count
        #expect(try relay.receivedWhole().count == taken)
        #expect(taken > 1)
    }

    @Test func `a file that is mapped is left alone after its descriptor is closed`() async throws {
        try await withRelay("mapped") { relay in
            let path = "\(relay.drop)/x.eml"
            let first = Array(NumberedMessage(id: "x1", lineCount: 5000).text.utf8)
            let second = Array(NumberedMessage(id: "x2", lineCount: 5000).text.utf8)
            try writeFile(first, to: relay.scratch.path("x"))
            let file = open(relay.scratch.path("x"), O_RDWR | O_CLOEXEC)
            let map = mmap(nil, first.count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
            close(file)
            let octets = try #require(map.flatMap { $0 == MAP_FAILED ? nil : $0 })
            try must("rename", rename(relay.scratch.path("x"), path))
            memcpy(octets, second, second.count / 2)
            try await relay.passOver(path)
            #expect(relay.places("x.eml") == [.drop])
            memcpy(octets, second, second.count)
            munmap(octets, first.count)
            // Nothing tells of the end of a mapping but a look at the file.
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedWhole() == ["x2"])
        }
    }

    @Test func `lines that are appended with pauses below settle are one message`() async throws {
        var plan = RelayPlan()
        plan.pickup = ["settle = '5 s'"]
        try await withRelay("appended", plan) { relay in
            let message = NumberedMessage(id: "x", lineCount: 12)
            try await Self.append(message, to: "\(relay.drop)/x.eml", pause: .milliseconds(100))
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedWhole() == ["x"])
        }
    }

    @Test func `with pauses above settle a multipart is waited for as long as patience`()
        async throws
    {
        var plan = RelayPlan()
        plan.pickup = ["settle = '50ms'", "patience = '1 min'"]
        try await withRelay("patient", plan) { relay in
            let message = NumberedMessage(id: "x", lineCount: 4, isMultipart: true)
            try await Self.append(message, to: "\(relay.drop)/x.eml", pause: .milliseconds(300))
            try await relay.waitFor(.sent, "x.eml")
            #expect(try relay.receivedWhole() == ["x"])
        }
    }

    /// A program that closes its file is done as far as anybody can tell.
    ///
    /// The rest of what it meant to write is not lost, and not silent.
    @Test func `of a plain message the lines that come after settle are set aside with a reason`()
        async throws
    {
        var plan = RelayPlan()
        plan.pickup = ["settle = '50ms'"]
        try await withRelay("late-lines", plan) { relay in
            let message = NumberedMessage(id: "x", lineCount: 2)
            let path = "\(relay.drop)/x.eml"
            try writeFile("\(message.header())\(message.pieces[0])\n".utf8, to: path)
            try await relay.waitFor(.sent, "x.eml")
            try writeFile("\(message.pieces[1])\n".utf8, to: path)
            try await waitUntil("the rest to be set aside; the log:\n\(relay.log)") {
                !relay.files(.failed, "x.eml").isEmpty || !relay.files(.held, "x.eml").isEmpty
            }
            #expect(try relay.receivedOnce("x").text.hasSuffix("\r\nx 1 of 2\r\n"))
            #expect(try relay.reason("x.eml").contains("What to do"))
        }
    }

    /// Opens and closes the file for the header, and for each line of the body.
    private static func append(
        _ message: NumberedMessage,
        to path: String,
        pause: Duration
    ) async throws {
        try writeFile(message.header().utf8, to: path)
        for piece in message.pieces {
            try await Task.sleep(for: pause)
            let writer = try FileWriter(path, flags: O_APPEND)
            try writer.write("\(piece)\n")
            writer.close()
        }
    }
}
