import Glibc
import TestSupport
import Testing

@testable import EventLog

@Suite("Log style")
struct LogStyleTests {
    private let time = LogTime(seconds: 1_795_428_930, milliseconds: 7)

    @Test(
        "the journal gets syslog's priority and keeps the time itself",
        arguments: [
            (LogLevel.error, "<3>event=x\n"), (.warning, "<4>event=x\n"), (.notice, "<5>event=x\n"),
            (.info, "<6>event=x\n"), (.debug, "<7>event=x\n"),
        ]
    )
    func journal(level: LogLevel, expected: String) {
        #expect(LogStyle.journal.render(LogLine(level, "x"), at: time) == expected)
    }

    @Test func `a file or terminal gets time and level`() {
        let line = LogLine(.warning, "x", id: "7")
        #expect(
            LogStyle.plain.render(line, at: time)
                == "time=2026-11-23T10:15:30.007Z level=warning id=7 event=x\n"
        )
    }

    @Test func `only the very stream named by JOURNAL_STREAM is the journal`() throws {
        let folder = try ScratchFolder()
        let path = try folder.write("", to: "journal")
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var facts = stat()
        #expect(fstat(descriptor, &facts) == 0)
        let stream = "\(facts.st_dev):\(facts.st_ino)"
        #expect(LogStyle.detect(descriptor: descriptor, journalStream: stream) == .journal)
        #expect(LogStyle.detect(descriptor: descriptor, journalStream: "8:1") == .plain)
        #expect(LogStyle.detect(descriptor: -1, journalStream: stream) == .plain)
    }
}
