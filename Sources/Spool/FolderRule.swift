internal import CLinux
internal import Glibc

/// Who may do what in one folder, and the shell command that makes it so.
enum FolderRule: Hashable, Sendable {
    /// The drop folder, its subfolders and the folder the spool lies in: ours, and sticky where
    /// anybody else can write, or a writer could rename `queue/` away.
    case sharedParent
    /// `queue/`, `failed/`, `held/`: ours; an operators' group may read and move.
    case movable
    /// `sent/`: ours; an operators' group may read.
    case readable
    /// `sending/`, `state/`: ours alone.
    case secret

    /// The mode such a folder gets when we create it.
    func mode(operatorsGroup: UInt32?) -> UInt32 {
        switch self {
        case .sharedParent: operatorsGroup == nil ? 0o700 : 0o2750
        case .movable: operatorsGroup == nil ? 0o700 : 0o2770
        case .readable: operatorsGroup == nil ? 0o700 : 0o2750
        case .secret: 0o700
        }
    }

    /// The command that cures the folder, or `nil` when it is safe as it is.
    func cure(
        for facts: FileFacts,
        path: [UInt8],
        operatorsGroup: UInt32?
    ) -> String? {
        let isOurs = facts.user == geteuid()
        let quoted = Self.quoted(path)
        switch self {
        case .sharedParent:
            let othersWrite = facts.permissions & 0o022 != 0
            let isSticky = facts.permissions & UInt32(S_ISVTX) != 0
            if isOurs && (isSticky || !othersWrite) { return nil }
            let chmod = facts.permissions & 0o002 == 0 ? "chmod 3770" : "chmod +t"
            return (isOurs ? "" : "chown \(Self.ourName) \(quoted) && ") + "\(chmod) \(quoted)"
        case .movable, .readable, .secret:
            let forbidden = forbiddenBits(group: facts.group, operatorsGroup: operatorsGroup)
            if isOurs && facts.permissions & forbidden == 0 { return nil }
            let mode = String(mode(operatorsGroup: operatorsGroup), radix: 8)
            let group = operatorsGroup.map { ":" + Self.groupName($0) } ?? ""
            let isGroupWrong = operatorsGroup.map { self != .secret && $0 != facts.group } ?? false
            let chown = "chown \(Self.ourName)\(self == .secret ? "" : group) \(quoted) && "
            return (isOurs && !isGroupWrong ? "" : chown) + "chmod \(mode) \(quoted)"
        }
    }

    /// The permission bits that would let somebody else in.
    private func forbiddenBits(group: UInt32, operatorsGroup: UInt32?) -> UInt32 {
        let isOperators = operatorsGroup == group
        return switch self {
        case .sharedParent: 0
        case .movable: isOperators ? 0o007 : 0o077
        case .readable: isOperators ? 0o027 : 0o077
        case .secret: 0o077
        }
    }

    static var ourName: String { name { linux_user_name(geteuid(), $0, $1) } }

    private static func groupName(_ group: UInt32) -> String {
        name { linux_group_name(group, $0, $1) }
    }

    private static func name(_ body: (UnsafeMutablePointer<CChar>?, Int) -> Void) -> String {
        let octets = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            buffer.initialize(repeating: 0)
            buffer.withMemoryRebound(to: CChar.self) { body($0.baseAddress, $0.count) }
            count = buffer.firstIndex(of: 0) ?? 0
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// The path as one word of a shell command.
    static func quoted(_ path: [UInt8]) -> String {
        let text = String(decoding: path, as: UTF8.self)
        let isPlain = path.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-+,:@".utf8.contains(octet)
            }
        }
        if isPlain { return text }
        return "'"
            + text.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}
