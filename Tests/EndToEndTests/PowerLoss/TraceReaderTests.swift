import Testing

/// The lines of strace(1), as they really look.
@Suite("Trace reader")
struct TraceReaderTests {
    private static func calls(_ trace: String) -> [TracedCall] {
        TraceReader.calls(Array(trace.utf8))
    }

    private static func call(_ line: String) throws -> TracedCall {
        try #require(calls("7 \(line)").first)
    }

    @Test func `a rename between two folders is read with both paths`() throws {
        let call = try Self.call(
            #"renameat2(9</srv/drop>, "a.eml", 11</srv/drop/queue>, "1.a.eml", RENAME_NOREPLACE) = 0"#
        )
        #expect(call.name == "renameat2")
        #expect(call.path(folder: 0, name: 1) == "/srv/drop/a.eml")
        #expect(call.path(folder: 2, name: 3) == "/srv/drop/queue/1.a.eml")
        #expect(call.word(4) == "RENAME_NOREPLACE")
        #expect(call.result == 0)
    }

    @Test func `a call that another thread interrupts begins and ends where its lines are`() {
        let calls = Self.calls(
            """
            7 fsync(9</srv/drop> <unfinished ...>
            8 fdatasync(12</srv/drop/queue/x>)  = 0
            7 <... fsync resumed>)              = 0
            """
        )
        #expect(calls.map(\.name) == ["fdatasync", "fsync"])
        #expect(calls.map(\.entry) == [1, 0])
        #expect(calls.map(\.exit) == [1, 2])
        #expect(calls.last?.path(0) == "/srv/drop")
    }

    @Test func `a read that was interrupted has its text from the second line`() throws {
        let calls = Self.calls(
            """
            7 read(4<socket:[1170143]>,  <unfinished ...>
            7 <... read resumed>"250 OK\\r\\n", 2048) = 8
            """
        )
        let call = try #require(calls.first)
        #expect(call.path(0) == "socket:[1170143]")
        #expect(call.octets(1)?.octets == Array("250 OK\r\n".utf8))
        #expect(call.result == 8)
    }

    static let strings: [(String, [UInt8])] = [
        (#""a\nb\tc\rd\"e\\""#, Array("a\nb\tc\rd\"e\\".utf8)),
        (#""\0\1\377\0001""#, [0, 1, 255, 0, 0x31]),
        (#""""#, []),
    ]

    @Test("escapes become octets", arguments: strings)
    func escapes(text: String, octets: [UInt8]) throws {
        let call = try Self.call("write(4</x>, \(text), 9) = 9")
        #expect(call.octets(1)?.octets == octets)
        #expect(call.octets(1)?.isWhole == true)
    }

    @Test func `a string that was cut says so`() throws {
        let call = try Self.call(#"write(4</x>, "abc"..., 9) = 9"#)
        #expect(call.octets(1)?.isWhole == false)
    }

    @Test func `several buffers of one call are one text`() throws {
        let call = try Self.call(
            #"writev(4<socket:[7]>, [{iov_base="MAIL ", iov_len=5}, {iov_base="x", iov_len=1}], 2) = 6"#
        )
        #expect(call.octets(1)?.octets == Array("MAIL x".utf8))
    }

    @Test func `a file that was made has the path it got`() throws {
        let call = try Self.call(
            #"openat(16</s>, ".1.tmp", O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = 48</s/.1.tmp>"#
        )
        #expect(call.result == 48)
        #expect(call.resultPath == "/s/.1.tmp")
    }

    static let others = [
        "+++ exited with 0 +++", "--- SIGIO {si_signo=SIGIO} ---", "fsync(9</srv>) = ?", "",
        "fsync(",
    ]

    @Test("what is no call that returned is left out", arguments: others)
    func leftOut(line: String) { #expect(Self.calls("7 \(line)") == []) }

    @Test func `a failed call means nothing for the disk`() throws {
        let call = try Self.call(
            #"renameat2(9</d>, "a", 11</q>, "b", RENAME_NOREPLACE) = -1 EXDEV (Invalid cross-device link)"#
        )
        #expect(call.result == -1)
        #expect(DiskCall(call) { $0 } == nil)
    }

    static let meanings: [(String, DiskCall?)] = [
        (#"fsync(9</near/queue>) = 0"#, .sync("/near/queue")),
        (#"mkdirat(9</near>, "queue", 0700) = 0"#, .makeFolder("/near/queue")),
        (#"unlinkat(9</near/state>, "x", 0) = 0"#, .remove("/near/state/x")),
        (#"openat(9</near>, "x", O_RDONLY|O_CLOEXEC) = 4</near/x>"#, nil),
        (#"openat(9</near>, "x", O_WRONLY|O_CREAT|O_EXCL, 0600) = 4</near/x>"#, .create("/near/x")),
        (#"openat(9</near>, "x", O_WRONLY) = 4</near/x>"#, .unknown("openat for writing")),
        (#"linkat(9</near>, "x", 9</near>, "y", 0) = 0"#, .unknown("linkat")),
        (
            #"utimensat(4</near/x>, NULL, [UTIME_OMIT, {tv_sec=5, tv_nsec=7} /* 1970 */], 0) = 0"#,
            .setModified("/near/x", 5_000_000_007)
        ),
        (
            #"write(4<socket:[7]>, "DATA\r\n", 6) = 6"#,
            .toServer(session: "socket:[7]", Array("DATA\r\n".utf8))
        ),
    ]

    @Test("a call has one meaning for the disk", arguments: meanings)
    func meaning(line: String, expected: DiskCall?) throws {
        #expect(DiskCall(try Self.call(line)) { $0.hasPrefix("/near") ? $0 : nil } == expected)
    }
}
