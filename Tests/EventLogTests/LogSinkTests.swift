import EventLog
import Glibc
import TestSupport
import Testing

@Suite("Log sink")
struct LogSinkTests {
    @Test func `memory keeps the lines at and above the minimum`() {
        let sink = LogSink.memory(minimum: .notice)
        for level in LogLevel.allCases { sink.write(LogLine(level, level.name)) }
        #expect(sink.lines == ["event=error", "event=warning", "event=notice"])
        #expect(!sink.isEnabled(.info))
    }

    @Test func `lines reach the descriptor in their order`() async throws {
        try await withScratchFolder { folder in
            let path = try folder.write("", to: "log")
            let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
            defer { close(descriptor) }
            let sink = LogSink(descriptor: descriptor, minimum: .info, style: .journal)
            for number in 0..<500 { sink.write(LogLine(.info, "n").adding("number", number)) }
            sink.write(LogLine(.debug, "hidden"))
            sink.flush()
            let expected = (0..<500).map { "<6>event=n number=\($0)\n" }.joined()
            #expect(try folder.text("log") == expected)
            sink.close()
            sink.write(LogLine(.info, "late"))
            sink.flush()
            #expect(try folder.text("log") == expected)
        }
    }

    @Test func `lines a full disk refused are counted once it takes some again`() async throws {
        try await withScratchFolder { folder in
            let path = try folder.write("", to: "log")
            let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
            defer { close(descriptor) }
            let sink = LogSink(descriptor: descriptor, minimum: .info, style: .journal)
            for number in 0..<7 {
                sink.write(LogLine(.info, "n").adding("number", number))
                sink.flush()
            }
            let freed = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
            #expect(dup2(freed, descriptor) == descriptor)
            close(freed)
            for name in ["first", "second"] {
                sink.write(LogLine(.info, name))
                sink.flush()
            }
            let expected = "<6>event=first\n<4>event=log-lines-lost count=7\n<6>event=second\n"
            #expect(try folder.text("log") == expected)
        }
    }

    @Test func `a reader that stands still costs lines, which are counted, and no waiting`()
        async throws
    {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let (reader, writer) = (ends[0], ends[1])
        let sink = LogSink(descriptor: writer, minimum: .info, style: .journal, capacity: 100)
        let filling = String(repeating: "x", count: 1000)
        // A pipe holds 64 KiB: the thread blocks, the buffer fills, the rest is lost.
        for _ in 0..<5000 { sink.write(LogLine(.info, "n").adding("filling", filling)) }
        let reading = Task.detached { readAll(reader) }
        sink.close()
        close(writer)
        let text = await reading.value
        close(reader)
        let lines = text.split(separator: "\n")
        let written = lines.filter { $0.hasPrefix("<6>event=n ") }.count
        let lost = lines.compactMap { line in
            line.hasPrefix("<4>event=log-lines-lost count=")
                ? Int(line.split(separator: "=").last ?? "") : nil
        }
        #expect(lost.reduce(written, +) == 5000)
        #expect(!lost.isEmpty)
    }
}

private func readAll(_ descriptor: Int32) -> String {
    var octets: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return String(decoding: octets, as: UTF8.self) }
        octets += buffer[..<count]
    }
}
