internal import CLinux
internal import Delivery
internal import Glibc
internal import Spool

/// A token with which somebody signs in to the dashboard, without the secret itself.
package struct DashboardToken: Hashable, Sendable {
    /// Who it is for; what log lines and the ledger call its bearer.
    package let name: String
    package let role: DashboardRole
    /// Seconds since 1970.
    package let created: Int64
    /// The SHA-256 of the secret.
    let digest: [UInt8]
}

/// The file that says who may sign in, in the state directory and for the daemon's user alone.
///
/// It holds digests: who reads it can sign in as nobody. Calls block.
package struct TokenFile: Sendable {
    /// How many tokens there may be.
    static let most = 100
    /// What every secret begins with, so that scanners for lost secrets know it.
    static let prefix = "postchute_"

    private static let heading = "postchute dashboard tokens 1"
    private static let maximumOctets = 65_536
    private let file: DurableFile
    private let lockPath: String

    /// Names the file of a state directory; it need not exist.
    package init(stateDirectory: String) {
        file = DurableFile(folder: stateDirectory, name: "dashboard-tokens")
        lockPath = "\(stateDirectory)/dashboard-tokens.lock"
    }

    /// The path, for people.
    package var path: String { file.path }

    /// What tells whether the file was replaced since it was read; `nil` where there is none.
    var mark: FileMark? {
        var facts = linux_facts()
        guard linux_look(AT_FDCWD, path, &facts) == 0 else { return nil }
        return FileMark(inode: facts.inode, size: facts.size, changed: facts.changed)
    }

    /// The tokens in the order they were made; none where there is no file.
    package func read() throws(TokenFileError) -> [DashboardToken] {
        let octets: [UInt8]?
        do throws(SpoolError) {
            octets = try file.read(atMost: Self.maximumOctets)
        } catch {
            // Before the first start there is no state directory either.
            if error.kind == .vanished { return [] }
            throw .unusable(error.fullSentence)
        }
        guard let octets else { return [] }
        guard let tokens = Self.parse(octets) else { throw .spoiled(path: path) }
        return tokens
    }

    /// Makes a token and returns its secret, which is kept nowhere; `now` in seconds since 1970.
    package func add(
        _ name: String,
        role: DashboardRole,
        now: Int64
    ) throws(TokenFileError) -> String {
        guard Self.isName(name) else { throw .notAName(name) }
        let secret = Self.prefix + Secret.make()
        try change { tokens throws(TokenFileError) in
            guard !tokens.contains(where: { $0.name == name }) else { throw .exists(name) }
            guard tokens.count < Self.most else { throw .tooMany }
            tokens.append(
                DashboardToken(name: name, role: role, created: now, digest: Secret.digest(secret))
            )
        }
        return secret
    }

    /// Removes a token; a daemon that runs ends its sessions with the next request.
    package func remove(_ name: String) throws(TokenFileError) {
        try change { tokens throws(TokenFileError) in
            guard let index = tokens.firstIndex(where: { $0.name == name }) else {
                throw .missing(name, known: tokens.map(\.name))
            }
            tokens.remove(at: index)
        }
    }

    /// Changes the list while no other command does.
    private func change(
        _ body: (inout [DashboardToken]) throws(TokenFileError) -> Void
    ) throws(TokenFileError) {
        let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else {
            throw .unusable("Cannot open \(lockPath): \(String(cString: strerror(errno))).")
        }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0, errno == EINTR {}
        var tokens = try read()
        try body(&tokens)
        do throws(SpoolError) {
            try file.replace(with: Array(Self.text(tokens).utf8))
        } catch {
            throw .unusable(error.fullSentence)
        }
    }

    /// Names stand in log lines and command lines.
    static func isName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "@"):
                true
            default: false
            }
        }
        return isPlain && (1...64).contains(name.utf8.count) && name.first != "-"
    }
}

/// What tells one state of a file from another.
struct FileMark: Hashable, Sendable {
    let inode: UInt64
    let size: Int64
    /// Nanoseconds since 1970.
    let changed: Int64
}

extension TokenFile {
    private static func text(_ tokens: [DashboardToken]) -> String {
        let lines = tokens.map {
            "\($0.name) \($0.role.rawValue) \($0.created) \(hexadecimal($0.digest))"
        }
        return ([heading] + lines + ["end", ""]).joined(separator: "\n")
    }

    private static func parse(_ octets: [UInt8]) -> [DashboardToken]? {
        guard let text = String(validating: octets, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 3, lines.count <= most + 3, lines[0] == heading,
            lines[lines.count - 2] == "end", lines[lines.count - 1].isEmpty
        else { return nil }
        var tokens: [DashboardToken] = []
        for line in lines[1..<(lines.count - 2)] {
            guard let token = token(line) else { return nil }
            tokens.append(token)
        }
        return tokens
    }

    private static func token(_ line: Substring) -> DashboardToken? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, isName(words[0]), let role = DashboardRole(rawValue: words[1]),
            let created = Int64(words[2]), let digest = octets(words[3]), digest.count == 32
        else { return nil }
        return DashboardToken(name: words[0], role: role, created: created, digest: digest)
    }

    private static func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func octets(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}
