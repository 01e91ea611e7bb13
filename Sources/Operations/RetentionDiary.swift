internal import Glibc
package import Settings

/// When old messages were last removed: what keeps a clock that leaps from emptying folders.
///
/// Kept as a small text in the state directory. A wall clock that is two days ahead of the last look, or
/// behind it, may be wrong: nothing is removed for a day then, so that somebody can set it right.
struct RetentionDiary: Hashable, Sendable {
    /// Microseconds since 1970; `nil` before the first look.
    var looked: Int64?
    /// Nothing is removed before this instant.
    var waitsUntil: Int64?

    private static let day: Int64 = 86_400_000_000
    private static let leap = 2 * day
    /// What a time server takes back at most without it meaning anything.
    private static let step: Int64 = 60_000_000

    /// Notes a look, and says whether anything may be removed now.
    mutating func look(at now: Int64) -> Bool {
        let isOdd = looked.map { now > $0 + Self.leap || now < $0 - Self.step } ?? true
        looked = now
        if isOdd { waitsUntil = now + Self.day }
        if let waitsUntil, now < waitsUntil, waitsUntil <= now + Self.day { return false }
        waitsUntil = nil
        return true
    }

    /// The text of the file.
    var text: String {
        "looked \(looked ?? 0)\nwaits \(waitsUntil ?? 0)\n"
    }

    /// A diary nobody has written in.
    init() {}

    /// Reads the text of the file; what makes no sense counts as no look.
    init(text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let value = Int64(words[1]), value > 0 else { continue }
            if words[0] == "looked" { looked = value }
            if words[0] == "waits" { waitsUntil = value }
        }
    }
}

/// The diary of a daemon, in its state directory.
package struct RetentionClock: Sendable {
    private let path: String

    /// Names the file; nothing is read yet.
    package init(_ state: StateSettings) { path = "\(state.directory)/retention" }

    /// Whether old messages may be removed at an instant in microseconds since 1970; notes the look.
    ///
    /// A diary that cannot be written removes nothing: the next start would know of no look.
    package func mayRemove(at now: Int64) -> Bool {
        var diary = RetentionDiary(text: read())
        let may = diary.look(at: now)
        return write(diary.text) && may
    }

    private func read() -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var octets = [UInt8](repeating: 0, count: 200)
        let count = Glibc.read(file, &octets, octets.count)
        return String(decoding: octets.prefix(max(count, 0)), as: UTF8.self)
    }

    private func write(_ text: String) -> Bool {
        let temporary = path + ".tmp"
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
        let file = open(temporary, flags, 0o600)
        guard file >= 0 else { return false }
        let octets = Array(text.utf8)
        let isWritten = Glibc.write(file, octets, octets.count) == octets.count && fsync(file) == 0
        close(file)
        guard isWritten, rename(temporary, path) == 0 else {
            unlink(temporary)
            return false
        }
        return true
    }
}
