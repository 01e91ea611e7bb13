import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Spool

@Suite("Opening a spool")
struct OpeningTests {
    private let group: UInt32 = 12_345
    private let stranger: UInt32 = 54_321

    private func permissions(_ path: String) throws -> UInt32 {
        var facts = linux_facts()
        try #require(linux_look(AT_FDCWD, path, &facts) == 0)
        return FileFacts(facts).permissions
    }

    private func options(_ scratch: ScratchFolder, group: UInt32? = nil) -> SpoolOptions {
        SpoolOptions(dropPath: scratch.path("drop"), operatorsGroup: group)
    }

    /// The sentence with which opening is refused, or `nil`; `check` must say the same.
    private func refusal(_ options: SpoolOptions) -> String? {
        do throws(SpoolError) {
            try MessageSpool(opening: options).close()
            return nil
        } catch {
            #expect(MessageSpool.check(options).map(\.sentence).contains(error.sentence))
            return error.sentence
        }
    }

    @Test func `missing folders are created for the daemon alone`() throws {
        let spool = try TestSpool()
        for folder in ["queue", "queue/sending", "sent", "failed", "held", "state"] {
            #expect(try permissions(spool.scratch.path("drop/\(folder)")) == 0o700)
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func `an operators' group may read and move`() throws {
        let scratch = try ScratchFolder("group")
        try scratch.makeFolder("drop")
        // Set-group-id, as a drop folder has: new folders must not belong to the writers' group.
        #expect(chown(scratch.path("drop"), 0, stranger) == 0)
        #expect(chmod(scratch.path("drop"), 0o3770) == 0)
        let spool = try MessageSpool(opening: options(scratch, group: group))
        spool.close()
        let expected: [(String, UInt32)] = [
            ("queue", 0o2770), ("failed", 0o2770), ("held", 0o2770), ("sent", 0o2750),
            ("queue/sending", 0o700), ("state", 0o700),
        ]
        for (folder, mode) in expected {
            #expect(try permissions(scratch.path("drop/\(folder)")) == mode, "\(folder)")
        }
        let descriptor = open(scratch.path("drop/queue"), O_RDONLY)
        defer { close(descriptor) }
        #expect(try FileFacts(descriptor: descriptor).group == group)
    }

    @Test(.enabled(if: geteuid() == 0))
    func `naming the operators' group later opens the folders to it`() throws {
        let scratch = try ScratchFolder("later")
        try scratch.makeFolder("drop", mode: 0o700)
        try MessageSpool(opening: options(scratch)).close()
        try MessageSpool(opening: options(scratch, group: group)).close()
        #expect(try permissions(scratch.path("drop/failed")) == 0o2770)
        #expect(try permissions(scratch.path("drop/state")) == 0o700)
    }

    @Test(arguments: [UInt32(0o700), 0o750, 0o755, 0o3770, 0o1777, 0o3777])
    func `a drop folder nobody can rename in is accepted`(_ mode: UInt32) throws {
        let scratch = try ScratchFolder("drop")
        try scratch.makeFolder("drop")
        #expect(chmod(scratch.path("drop"), mode) == 0)
        #expect(refusal(options(scratch)) == nil)
    }

    @Test(arguments: [
        (UInt32(0o770), "chmod 3770"), (0o2770, "chmod 3770"), (0o777, "chmod +t"),
    ])
    func `without the sticky bit a writer could rename the queue away`(
        _ mode: UInt32,
        _ cure: String
    ) throws {
        let scratch = try ScratchFolder("drop")
        let path = try scratch.makeFolder("drop")
        #expect(chmod(path, mode) == 0)
        #expect(
            refusal(options(scratch))
                == "cannot use folder \(path): somebody else could tamper with messages there; "
                + "run: \(cure) \(path)"
        )
        #expect(scratch.names("drop").isEmpty)
    }

    @Test(.enabled(if: geteuid() == 0))
    func `the cure names owner and mode and quotes the path`() throws {
        let scratch = try ScratchFolder("drop")
        let path = try scratch.makeFolder("drop it's")
        #expect(chown(path, stranger, stranger) == 0)
        let quoted = "'" + path.replacing("'", with: "'\\''") + "'"
        #expect(
            refusal(SpoolOptions(dropPath: path))?
                .hasSuffix("; run: chown root \(quoted) && chmod 3770 \(quoted)") == true
        )
        var trusted = SpoolOptions(dropPath: path)
        trusted.writers = .trusted
        #expect(refusal(trusted) == nil)
    }

    @Test(
        .enabled(if: geteuid() == 0),
        arguments: [
            ("queue", UInt32(0o770), true, "chmod 700"), ("queue", 0o755, true, "chmod 700"),
            ("failed", 0o2770, true, "chmod 700"), ("sent", 0o750, true, "chmod 700"),
            ("state", 0o700, false, "chown root"), ("queue/sending", 0o710, true, "chmod 700"),
        ]
    )
    func `a spool folder somebody else can enter is refused with its cure`(
        _ folder: String,
        _ mode: UInt32,
        _ isOurs: Bool,
        _ cure: String
    ) throws {
        let scratch = try ScratchFolder("spool")
        try scratch.makeFolder("drop", mode: 0o700)
        try MessageSpool(opening: options(scratch)).close()
        let path = scratch.path("drop/\(folder)")
        #expect(chmod(path, mode) == 0)
        if !isOurs { #expect(chown(path, stranger, stranger) == 0) }
        let refusal = try #require(self.refusal(options(scratch)))
        #expect(refusal.hasPrefix("cannot use folder \(path): somebody else could tamper"))
        #expect(refusal.contains("; run: \(cure)"))
        #expect(refusal.hasSuffix("chmod 700 \(path)"))
    }

    @Test func `a link in a folder's place is refused`() throws {
        let scratch = try ScratchFolder("link")
        try scratch.makeFolder("drop", mode: 0o700)
        try scratch.makeFolder("elsewhere", mode: 0o700)
        #expect(symlink(scratch.path("elsewhere"), scratch.path("drop/queue")) == 0)
        let path = scratch.path("drop/queue")
        #expect(refusal(options(scratch)) == "cannot open folder \(path): it is not a folder")
        #expect(symlink(scratch.path("drop"), scratch.path("link")) == 0)
        #expect(
            refusal(SpoolOptions(dropPath: scratch.path("link")))
                == "cannot open folder \(scratch.path("link")): it is not a folder"
        )
    }

    @Test func `a missing drop folder is said and not created`() throws {
        let scratch = try ScratchFolder("missing")
        let path = scratch.path("drop")
        let refusal = self.refusal(options(scratch))
        #expect(refusal == "cannot open folder \(path): No such file or directory")
        #expect(scratch.names().isEmpty)
    }

    @Test func `a check creates nothing and finds nothing in an empty drop folder`() throws {
        let scratch = try ScratchFolder("check")
        try scratch.makeFolder("drop", mode: 0o700)
        #expect(MessageSpool.check(options(scratch)).isEmpty)
        #expect(scratch.names("drop").isEmpty)
    }

    @Test func `a second daemon is refused and told who has the spool`() throws {
        let spool = try TestSpool()
        let path = spool.options.spoolPath
        let error = #expect(throws: SpoolError.self) { try MessageSpool(opening: spool.options) }
        #expect(error?.kind == .locked(process: getpid()))
        #expect(
            error?.sentence
                == "cannot use \(path): process \(getpid()) is using this spool; stop it first"
        )
        spool.spool.close()
        #expect(throws: Never.self) { try MessageSpool(opening: spool.options) }
    }

    @Test func `a folder's name is durable also when another process made it`() throws {
        let spool = try TestSpool()
        func folderSyncs(_ body: () throws -> Void) rethrows -> Int {
            let before = spool.controls.folderSyncs.load(ordering: .relaxed)
            try body()
            return spool.controls.folderSyncs.load(ordering: .relaxed) - before
        }
        // The drop folder with queue/, sent/ and the others in it, and queue/ with sending/.
        #expect(try folderSyncs { _ = try spool.restarted() } == 2)
        let apart = try TestSpool(spoolPath: spool.scratch.path("spool"))
        // The folder in which the spool was made as well.
        let syncs = apart.controls.folderSyncs.load(ordering: .relaxed)
        #expect(syncs == 1 + 5 + 1)
    }

    @Test func `a lock of another process is seen and goes with it`() async throws {
        let spool = try TestSpool()
        spool.spool.close()
        let lock = spool.scratch.path("drop/state/lock")
        // An OFD lock by another program: Python passes the command through to fcntl.
        let other = try ChildProcess(
            [
                "/usr/bin/env", "python3", "-c",
                """
                import fcntl, struct, sys
                f = open(sys.argv[1], "r+"); f.write("4711\\n"); f.truncate(); f.flush()
                fcntl.fcntl(f, 37, struct.pack("hhlli4x", fcntl.F_WRLCK, 0, 0, 0, 0))
                print("locked", flush=True)
                sys.stdin.read()
                """,
                lock,
            ],
            input: .pipe
        )
        try await other.waitForOutput("locked")
        #expect(kind { _ = try MessageSpool(opening: spool.options) } == .locked(process: 4711))
        let seen = try OperatorSpool(opening: spool.options).daemon()
        #expect(seen.isRunning && seen.process == 4711)
        other.send(signal: SIGKILL)
        _ = try await other.waitForExit()
        #expect(try OperatorSpool(opening: spool.options).daemon().isRunning == false)
        #expect(throws: Never.self) { try MessageSpool(opening: spool.options) }
    }

    @Test func `a folder swapped underneath is noticed and changes nothing`() throws {
        let spool = try TestSpool()
        let name = try spool.claimed()
        try spool.spool.checkFolders()
        #expect(rename(spool.scratch.path("drop/queue"), spool.scratch.path("gone")) == 0)
        try spool.scratch.makeFolder("drop/queue", mode: 0o700)
        #expect(kind { try spool.spool.checkFolders() } == .changed("identity"))
        try spool.spool.beginSending(name)
        #expect(spool.scratch.names("gone/sending") == [name.text])
    }

    @Test func `a folder taken away is noticed`() throws {
        let spool = try TestSpool()
        #expect(rename(spool.scratch.path("drop"), spool.scratch.path("gone")) == 0)
        #expect(kind { try spool.spool.checkFolders() } == .vanished)
    }

    @Test func `the spool may lie apart from the drop folder`() throws {
        let scratch = try ScratchFolder("apart")
        try scratch.makeFolder("drop", mode: 0o700)
        let options = SpoolOptions(dropPath: scratch.path("drop"), spoolPath: scratch.path("spool"))
        let spool = try MessageSpool(opening: options)
        defer { spool.close() }
        #expect(scratch.names("spool") == ["failed", "held", "queue", "sent", "state"])
        #expect(scratch.names("drop").isEmpty)
        #expect(try permissions(scratch.path("spool")) == 0o700)
        #expect(try !spool.dropDirectory().isReserved(FileName("queue")!))
    }
}

/// What the sticky bit is for, tried as somebody else.
@Suite("Writers", .enabled(if: geteuid() == 0))
struct WriterTests {
    private func asWriter(_ arguments: [String]) async throws -> ChildProcess.Exit {
        let child = try ChildProcess(
            ["/usr/bin/setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"] + arguments
        )
        return try await child.waitForExit()
    }

    @Test func `a writer can drop a file but not touch the spool`() async throws {
        let spool = try TestSpool()
        spool.spool.close()
        let drop = spool.scratch.path("drop")
        #expect(chmod(spool.scratch.path, 0o755) == 0)
        #expect(chown(drop, 0, 54_321) == 0)
        #expect(chmod(drop, 0o3770) == 0)
        let opened = try spool.restarted()
        #expect(try await asWriter(["/bin/sh", "-c", "echo x > \(drop)/a.eml"]) == .code(0))
        #expect(try await asWriter(["/bin/mv", "\(drop)/queue", "\(drop)/away"]) != .code(0))
        #expect(try await asWriter(["/bin/ls", "\(drop)/queue"]) != .code(0))
        let name = try spool.claim(FileName("a.eml")!, by: opened)
        #expect(try await asWriter(["/bin/cat", "\(drop)/queue/\(name.text)"]) != .code(0))
        #expect(spool.names("queue") == [name.text])
    }

    @Test func `an unprivileged daemon claims what another user wrote`() async {
        await #expect(processExitsWith: .success) {
            let scratch = try ScratchFolder("unprivileged")
            let drop = try scratch.makeFolder("drop")
            try scratch.write("Subject: x\r\n\r\n", to: "drop/a.eml")
            guard chmod(scratch.path, 0o755) == 0, chown(scratch.path, 54_322, 54_322) == 0,
                chown(drop, 54_322, 54_321) == 0,
                chmod(drop, 0o3770) == 0, chown(scratch.path("drop/a.eml"), 54_321, 54_321) == 0,
                chmod(scratch.path("drop/a.eml"), 0o644) == 0,
                setgroups(0, nil) == 0, setgid(54_322) == 0, setuid(54_322) == 0
            else { exit(2) }
            let spool = try MessageSpool(opening: SpoolOptions(dropPath: drop))
            let directory = try spool.dropDirectory()
            let name = FileName("a.eml")!
            let descriptor = try directory.open(name)
            let claimed = try spool.claim(
                name,
                in: directory,
                descriptor: descriptor,
                facts: try FileFacts(descriptor: descriptor)
            )
            _ = try spool.makeClaimDurable(spool.open(queued: claimed).file, named: claimed)
            try spool.beginSending(claimed)
            guard case .moved = try spool.settleSent(claimed) else { exit(3) }
            guard folderNames("\(drop)/state") == ["lock"] else { exit(4) }
        }
    }
}
