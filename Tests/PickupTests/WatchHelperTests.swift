import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Pickup

@Suite("Watch helper")
struct WatchHelperTests {
    @Test func `it tells what happens in each folder, with names as octets`() async throws {
        try await withScratchFolder { scratch in
            let first = try scratch.makeFolder("first")
            let second = try scratch.makeFolder("second")
            let helper = try TestHelper([.init(path: first), .init(path: second)])
            try await helper.waitForReady()
            try scratch.write("x", to: "first/a\tb\n.eml")
            try scratch.write("x", to: "second/tmp")
            #expect(rename(second + "/tmp", second + "/b.eml") == 0)
            #expect(link(second + "/b.eml", second + "/c.eml") == 0)
            #expect(chmod(second + "/c.eml", 0o600) == 0)
            try await helper.waitForEvent(.created, first + "/a\tb\n.eml")
            try await helper.waitForEvent(.closedAfterWriting, first + "/a\tb\n.eml")
            try await helper.waitForEvent(.movedIn, second + "/b.eml")
            try await helper.waitForEvent(.created, second + "/c.eml")
            try await helper.waitForEvent(.attributes, second + "/c.eml")
            await helper.stop()
        }
    }

    @Test func `it watches new subfolders and leaves the excluded ones out`() async throws {
        try await withScratchFolder { scratch in
            let drop = try scratch.makeFolder("drop")
            try scratch.makeFolder("drop/old/deep")
            try scratch.makeFolder("drop/queue/sending")
            try scratch.makeFolder("drop/queued")
            let helper = try TestHelper([
                .init(path: drop, isRecursive: true, excluded: [drop + "/queue"])
            ])
            try await helper.waitForReady()
            try scratch.makeFolder("drop/new")
            try await helper.waitForEvent([.created, .isFolder], drop + "/new")
            for name in ["old/deep/a", "new/b", "queue/no", "queue/sending/no", "queued/c"] {
                try scratch.write("x", to: "drop/\(name)")
            }
            for name in ["old/deep/a", "new/b", "queued/c"] {
                try await helper.waitForEvent(.closedAfterWriting, "\(drop)/\(name)")
            }
            #expect(
                !helper.records.contains { record in
                    guard case .event(_, _, let name) = record else { return false }
                    return name == Array("no".utf8)
                }
            )
            await helper.stop()
        }
    }

    @Test func `a subfolder renamed into the folder is watched under its new name`() async throws {
        try await withScratchFolder { scratch in
            let drop = try scratch.makeFolder("drop")
            try scratch.makeFolder("away/deep")
            let helper = try TestHelper([.init(path: drop, isRecursive: true)])
            try await helper.waitForReady()
            #expect(rename(scratch.path("away"), drop + "/in") == 0)
            try await helper.waitForEvent([.movedIn, .isFolder], drop + "/in")
            try scratch.write("x", to: "drop/in/deep/a.eml")
            try await helper.waitForEvent(.closedAfterWriting, drop + "/in/deep/a.eml")
            // And again under another name, which the library cannot follow by itself.
            #expect(rename(drop + "/in", drop + "/moved") == 0)
            try await helper.waitFor(.overflow)
            try scratch.write("x", to: "drop/moved/deep/b.eml")
            try await helper.waitForEvent(.closedAfterWriting, drop + "/moved/deep/b.eml")
            await helper.stop()
        }
    }

    @Test func `it says that a folder is gone and back, and watches the new one`() async throws {
        try await withScratchFolder { scratch in
            let drop = try scratch.makeFolder("drop")
            let helper = try TestHelper([.init(path: drop)])
            try await helper.waitForReady()
            #expect(rmdir(drop) == 0)
            try await helper.waitFor(.folderGone(Array(drop.utf8)))
            #expect(mkdir(drop, 0o755) == 0)
            try await helper.waitFor(.folderBack(Array(drop.utf8)))
            try scratch.write("x", to: "drop/a.eml")
            try await helper.waitForEvent(.closedAfterWriting, drop + "/a.eml")
            await helper.stop()
        }
    }

    @Test func `it says that a folder was replaced`() async throws {
        try await withScratchFolder { scratch in
            let drop = try scratch.makeFolder("drop")
            let helper = try TestHelper([.init(path: drop)])
            try await helper.waitForReady()
            #expect(rename(drop, drop + "-old") == 0)
            #expect(mkdir(drop, 0o755) == 0)
            try await helper.waitFor(.folderGone(Array(drop.utf8)))
            try await helper.waitFor(.folderBack(Array(drop.utf8)))
            try scratch.write("x", to: "drop/a.eml")
            try await helper.waitForEvent(.closedAfterWriting, drop + "/a.eml")
            await helper.stop()
        }
    }

    @Test func `a folder that does not exist yet is watched when it does`() async throws {
        try await withScratchFolder { scratch in
            let drop = scratch.path("drop")
            let helper = try TestHelper([.init(path: drop)])
            try await helper.waitForReady()
            #expect(helper.records.first == .unwatched(Array(drop.utf8), number: ENOENT))
            try scratch.makeFolder("drop")
            try await helper.waitFor(.folderBack(Array(drop.utf8)))
            await helper.stop()
        }
    }

    @Test func `a helper that was killed is started again`() async throws {
        try await withScratchFolder { scratch in
            let drop = try scratch.makeFolder("drop")
            let helper = try TestHelper([.init(path: drop)])
            try await helper.waitForReady()
            #expect(kill(try #require(helper.processes.first), SIGKILL) == 0)
            try await helper.waitForReady(2)
            #expect(
                helper.all.contains(
                    .away(reason: "it ended with signaled(9)", retry: .milliseconds(20))
                )
            )
            try scratch.write("x", to: "drop/a.eml")
            try await helper.waitForEvent(.closedAfterWriting, drop + "/a.eml")
            await helper.stop()
        }
    }

    @Test func `it has no environment and no descriptors but its pipes`() async throws {
        try await withScratchFolder { scratch in
            let helper = try TestHelper([.init(path: try scratch.makeFolder("drop"))])
            try await helper.waitForReady()
            let process = try #require(helper.processes.first)
            #expect(try readFile("/proc/\(process)/environ").isEmpty)
            // Standard input, output and error, and the inotify descriptor it opened itself.
            #expect(folderNames("/proc/\(process)/fd") == ["0", "1", "2", "3"])
            await helper.stop()
            #expect(kill(process, 0) != 0)
        }
    }

    @Test func `it ends when its standard input closes`() async throws {
        try await withScratchFolder { scratch in
            let drop = try scratch.makeFolder("drop")
            let child = try ChildProcess([try TestHelper.executable(), drop], input: .pipe)
            try await waitUntil("a record") { child.outputOctets == Array("R\0".utf8) }
            child.write("ignored\n")
            child.closeInput()
            #expect(try await child.waitForExit() == .code(0))
        }
    }

    @Test func `it ends when nobody reads its output any more`() async throws {
        try await withScratchFolder { scratch in
            let drop = try scratch.makeFolder("drop")
            let script = "sleep 600 | \"$0\" \"$1\" | head -c 2 >/dev/null; exit ${PIPESTATUS[1]}"
            let executable = try TestHelper.executable()
            let child = try ChildProcess(["bash", "-c", script, executable, drop])
            try await waitUntil("the end of the pipe") {
                try scratch.write("x", to: "drop/a.eml")
                return helperIsGone(of: child.id)
            }
            try await child.end()
        }
    }

    @Test(arguments: [[], ["relative"], ["-q", "/tmp"], ["-r"], ["-x", "/tmp"]])
    func `it refuses arguments it does not know`(_ arguments: [String]) async throws {
        let run = try await ChildProcess.run([try TestHelper.executable()] + arguments)
        #expect(run.exit == .code(64))
    }

    @Test func `lost events are said`() async throws {
        try await withScratchFolder { scratch in
            let drop = try scratch.makeFolder("drop")
            let helper = try TestHelper([.init(path: drop)])
            try await helper.waitForReady()
            let process = try #require(helper.processes.first)
            let limit = String(
                decoding: try readFile("/proc/sys/fs/inotify/max_queued_events"),
                as: UTF8.self
            )
            let count = try #require(Int(limit.prefix { $0.isNumber })) / 2 + 100
            // While it stands still its queue runs over: each file is created and closed.
            #expect(kill(process, SIGSTOP) == 0)
            for number in 0..<count {
                close(open("\(drop)/\(number)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644))
            }
            #expect(kill(process, SIGCONT) == 0)
            try await helper.waitFor(.overflow)
            await helper.stop()
        }
    }

    @Test func `it is found beside the daemon or in the libexec folder, never elsewhere`() throws {
        let scratch = try ScratchFolder("locate")
        try scratch.makeFolder("bin")
        try scratch.makeFolder("libexec/postchute")
        let daemon = scratch.path("bin/postchute")
        #expect(WatchHelper.locate(beside: daemon) == nil)
        let libexec = try scratch.write("", to: "libexec/postchute/postchute-watch")
        #expect(WatchHelper.locate(beside: daemon) == nil, "it is not executable")
        #expect(chmod(libexec, 0o755) == 0)
        let found = scratch.path("bin/../libexec/postchute/postchute-watch")
        #expect(WatchHelper.locate(beside: daemon) == found)
        let sibling = try scratch.write("", to: "bin/postchute-watch")
        #expect(chmod(sibling, 0o755) == 0)
        #expect(WatchHelper.locate(beside: daemon) == sibling)
    }
}

/// Whether a process group has no watch helper any more.
private func helperIsGone(of group: Int32) -> Bool {
    !folderNames("/proc").contains { process in
        guard let stat = try? readFile("/proc/\(process)/stat") else { return false }
        let text = String(decoding: stat, as: UTF8.self)
        let fields = text.split(separator: ") ").last?.split(separator: " ") ?? []
        return text.contains("(postchute-watch)") && fields.count > 2 && fields[2] == "\(group)"
            && fields[0] != "Z"
    }
}
