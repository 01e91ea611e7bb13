import Glibc
import TestSupport
import Testing

@Suite("Test support")
struct TestSupportTests {
    @Test func `a scratch folder goes when the body passed`() async throws {
        let path = try await withScratchFolder { folder in
            try folder.write("x", to: "a")
            try folder.makeFolder("deep/er")
            try folder.write("y", to: "deep/er/b")
            #expect(folder.names() == ["a", "deep"])
            #expect(try folder.text("deep/er/b") == "y")
            return folder.path
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test func `a scratch folder stays when an issue was recorded`() async throws {
        var path = ""
        await withKnownIssue {
            try await withScratchFolder { folder in
                path = folder.path
                Issue.record("on purpose")
            }
        }
        #expect(access(path, F_OK) == 0)
        removeTree(path)
        #expect(access(path, F_OK) != 0)
    }

    @Test func `waiting in vain says for what`() async throws {
        let limit = Patience.factor == 1 ? "0.02" : "0.2"
        let error = await #expect(throws: WaitError.self) {
            try await waitUntil(limit: .milliseconds(20), "the sun") { false }
        }
        #expect(error?.description == "waited \(limit) seconds for the sun in vain")
    }

    @Test func `a program's output and end are seen`() async throws {
        let result = try await ChildProcess.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
        #expect(result.exit == .code(3))
        #expect(result.output == "out\n")
        #expect(result.errors == "err\n")
    }

    @Test func `a program reads what it is written`() async throws {
        let child = try ChildProcess(["cat"], input: .pipe)
        child.write("hello\n")
        try await child.waitForOutput("hello")
        child.closeInput()
        #expect(try await child.waitForExit() == .code(0))
    }

    @Test func `ending a program ends what it started`() async throws {
        let child = try ChildProcess(["sh", "-c", "sleep 1000 & echo $!; wait"])
        try await child.waitForOutput("\n")
        let inner = try #require(pid_t(child.output.dropLast()))
        #expect(try await child.end() == .signal(SIGTERM))
        try await waitUntil("the inner process to end") { isGone(inner) }
    }

    @Test func `a program that is not there is an error that names it`() throws {
        let error = #expect(throws: WaitError.self) { try ChildProcess(["no-such-program-here"]) }
        #expect(
            error?.description
                == "cannot start [\"no-such-program-here\"]: No such file or directory"
        )
    }

    @Test func `environment and folder are passed on`() async throws {
        let result = try await ChildProcess.run(
            ["/bin/sh", "-c", "echo $A; pwd"],
            environment: ["A": "1"],
            folder: "/usr"
        )
        #expect(result.output == "1\n/usr\n")
    }

    @Test func `a free port is a port`() throws {
        #expect((1024...65_535).contains(try freePort()))
    }
}

/// Whether a process ended; an orphan that nobody reaps stays as a zombie.
private func isGone(_ id: pid_t) -> Bool {
    guard let stat = try? readFile("/proc/\(id)/stat") else { return true }
    return String(decoding: stat, as: UTF8.self).contains(") Z ")
}
