import Glibc
import TestSupport

/// A spool with messages that were settled long ago and just now, made anew for each kill.
struct KeptMessages {
    /// Who is in all of them.
    static let address = "zoe@kontor.test"
    private static let oldDay = "2020-01-01"
    private static let oldSent = "20200101T101530123456-7h3k9q2mzx4wp"
    private static let oldBundle = "20200101T101530123457-7h3k9q2mzx4wp"
    private static let oldFailed = "20200101T101530123458-7h3k9q2mzx4wp"
    private static let youngSent = "20261123T101530123459-7h3k9q2mzx4wp"
    private static let youngFailed = "20261123T101530123460-7h3k9q2mzx4wp"

    let relay: RelayHarness

    /// Replaces the folders.
    ///
    /// A sweep may remove at once: the diary says that it was looked at just now.
    func make() async throws {
        removeTree(relay.scratch.path("state"))
        for name in folderNames(relay.drop) { removeTree("\(relay.drop)/\(name)") }
        let now = Self.now
        try relay.scratch.makeFolder("state")
        try relay.scratch.write("looked \(now)\nwaits 0\n", to: "state/retention")
        let today = Self.day(of: now)
        for folder in [
            "sent/\(Self.oldDay)/\(Self.oldBundle).b", "sent/\(today)", "failed", "state",
        ] {
            try relay.scratch.makeFolder("drop/\(folder)", mode: 0o700)
        }
        try write("sent/\(Self.oldDay)/\(Self.oldSent).a.eml")
        for page in ["1.pdf", "2.pdf"] {
            try write("sent/\(Self.oldDay)/\(Self.oldBundle).b/\(page)")
        }
        try write("sent/\(today)/\(Self.youngSent).a.eml")
        for id in [Self.oldFailed, Self.youngFailed] {
            try write("failed/\(id).a.eml")
            try relay.scratch.write("No: \(Self.address)\r\n", to: "drop/failed/\(id).a.eml.txt")
            try relay.scratch.write(Self.history(id), to: "drop/state/\(id)")
        }
        try await writeRecord(now)
    }

    private func write(_ path: String) throws {
        let isPage = path.hasSuffix(".pdf")
        let text =
            isPage
            ? "%PDF-1.4\nFor \(Self.address)\n%%EOF\n"
            : "From: a@example.com\nTo: \(Self.address)\nSubject: kept\n\nHello.\n"
        try relay.scratch.write(text, to: "drop/\(path)")
    }

    /// Says since when the old message has failed, as a sweep did that had not seen the young one.
    private func writeRecord(_ now: Int64) async throws {
        let name = "\(Self.oldFailed).a.eml"
        let path = "\(relay.drop)/failed/\(name).txt"
        let run = try await ChildProcess.run(["stat", "-c", "%i %.9W", path])
        let words = run.output.split { $0 == " " || $0 == "\n" }
        guard words.count == 2 else { throw WaitError("stat: \(run.output)\(run.errors)") }
        let since = now - 100 * 86_400_000_000
        let line = "\(since) \(words[0]) \(words[1].replacing(".", with: "")) \(name)\n"
        try relay.scratch.write("postchute-failed-since 1\n\(line)", to: "drop/state/failed-since")
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000
    }

    private static func day(of now: Int64) -> String {
        var (seconds, parts) = (time_t(now / 1_000_000), tm())
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}

extension KeptMessages {
    /// Every file of the spool, without those that are there in any case.
    var files: Set<String> {
        func below(_ folder: String) -> [String] {
            folderNames("\(relay.drop)/\(folder)").flatMap { name -> [String] in
                var facts = stat()
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                guard lstat("\(relay.drop)/\(path)", &facts) == 0 else { return [] }
                return facts.st_mode & S_IFMT == S_IFDIR ? ["\(path)/"] + below(path) : [path]
            }
        }
        let always = ["queue/", "queue/sending/", "sent/", "failed/", "held/", "state/"]
        return Set(below("")).subtracting(always + ["state/lock", "state/failed-since"])
    }

    /// What a sweep leaves; a kill may leave a history, for a week as ARCHITECTURE.md says.
    func isSwept(afterKill: Bool) -> Bool {
        let today = Self.day(of: Self.now)
        let young = Self.youngFailed
        let wanted: Set = [
            "sent/\(today)/", "sent/\(today)/\(Self.youngSent).a.eml", "failed/\(young).a.eml",
            "failed/\(young).a.eml.txt", "state/\(young)",
        ]
        return files.subtracting(afterKill ? ["state/\(Self.oldFailed)"] : []) == wanted
    }

    /// The files that still name the person.
    var naming: [String] {
        files.filter { path in
            guard let octets = try? readFile("\(relay.drop)/\(path)") else { return false }
            return String(decoding: octets, as: UTF8.self).contains(Self.address)
        }.sorted()
    }

    /// The history of a message that one recipient was refused.
    private static func history(_ id: String) -> String {
        """
        postchute-state 1
        id \(id)
        original a.eml
        uncertain 0
        waited 0
        reply 550%20no
        attempts 0
        recipient refused \(address) 550%20no
        end

        """
    }
}
