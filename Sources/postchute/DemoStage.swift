internal import FoundationEssentials
internal import Glibc
internal import Operations
internal import Sandbox
internal import Spool

/// The folders of one demonstration, and what can be read from them.
struct DemoStage {
    /// Everything lies in this temporary folder.
    let root: String
    private let source: String
    /// The example messages by file name, in order.
    private let names: [String]

    var settings: String { "\(root)/postchute.toml" }
    var log: String { "\(root)/postchute.log" }
    private var drop: String { "\(root)/drop" }

    /// Makes the folders.
    init(messages: String) throws {
        source = messages
        let found = (try? FileManager.default.contentsOfDirectory(atPath: messages)) ?? []
        names = found.filter { $0.hasSuffix(".eml") }.sorted()
        guard !names.isEmpty else {
            Console.complain(
                "There are no .eml files in \(messages); name a folder with --messages."
            )
            throw ExitStatus.unavailable.error
        }
        var template = Array("/tmp/postchute-demo.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            Console.complain("cannot make a folder in /tmp: \(String(cString: strerror(errno)))")
            throw ExitStatus.unavailable.error
        }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try FileManager.default.createDirectory(
            atPath: "\(root)/drop",
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    var introduction: [String] {
        [
            "A sandbox mail server and the daemon start on this machine; nothing leaves it.",
            "\(names.count) messages are dropped into \(drop).", "",
        ]
    }

    var sandboxOptions: SandboxOptions {
        var options = SandboxOptions()
        options.folder = "\(root)/sandbox"
        return options
    }

    /// Writes the settings file and the password for a sandbox on a port.
    func writeSettings(port: Int) throws {
        let options = sandboxOptions
        try TextFile.write(options.accounts[0].password, to: "\(root)/password")
        let settings = """
            [pickup.demo]
            path = "\(drop)"
            route = "sandbox"
            settle = "200ms"
            patience = "2s"

            [route.sandbox]
            service = "smtp"
            host = "\(options.host)"
            port = \(port)
            tls_name = "\(options.hostName)"
            ca_file = "\(root)/sandbox/ca.pem"
            username = "\(options.accounts[0].mailbox)"
            password_file = "\(root)/password"
            sandbox = true

            [state]
            directory = "\(root)/state"

            """
        try TextFile.write(settings, to: self.settings)
    }

    /// Drops every message as a careful writer does: under another name, then renamed.
    func dropMessages() throws {
        for name in names {
            let temporary = "\(drop)/.\(name).tmp"
            try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: temporary)
            try FileManager.default.moveItem(atPath: temporary, toPath: "\(drop)/\(name)")
        }
    }

    /// Waits until every message is in `sent/`, `failed/` or `held/`.
    func settled(limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if places().count == names.count { return true }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// Where each message went, and the name it has there.
    private func places() -> [String: (folder: String, path: String)] {
        let days = contents("sent").map { "sent/\($0)" }
        var places: [String: (folder: String, path: String)] = [:]
        for folder in days + ["failed", "held"] {
            for file in contents(folder) where !file.hasSuffix(".txt") {
                guard let name = SpoolName(octets: file.utf8) else { continue }
                let original = String(decoding: name.original.octets, as: UTF8.self)
                places[original] = (folder, "\(drop)/\(folder)/\(file)")
            }
        }
        return places
    }

    private func contents(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: "\(drop)/\(folder)")) ?? []
    }

    /// The table of what became of each message.
    func report() -> [String] {
        let places = places()
        var table = TextTable(["MESSAGE", "WENT TO", "WHY"].map { .init(heading: $0) })
        for name in names {
            if let place = places[name] {
                table.add([name, place.folder, reason(place)])
            } else {
                table.add([name, "queue", "still waiting"])
            }
        }
        return table.lines + ["", summary(places.values.map(\.folder))]
    }

    private func reason(_ place: (folder: String, path: String)) -> String {
        if place.folder.hasPrefix("sent") { return "the server accepted it for every recipient" }
        let text = try? Data(contentsOf: URL(filePath: "\(place.path).txt"))
        return text.flatMap { ReasonFile.happened(Array($0)) } ?? "no reason was left"
    }

    private func summary(_ folders: [String]) -> String {
        let sent = folders.count { $0.hasPrefix("sent") }
        let failed = folders.count { $0 == "failed" }
        let held = folders.count { $0 == "held" }
        return "\(names.count) messages: \(sent) sent, \(failed) failed, \(held) held."
    }

    /// Removes everything.
    func remove() { try? FileManager.default.removeItem(atPath: root) }
}
