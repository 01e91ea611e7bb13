internal import CLinux
internal import Glibc

/// A call on the spool that the system or the spool's own rules refused.
package struct SpoolError: Error, Hashable, Sendable {
    /// What an operator or the engine can do about it: one case for each advice.
    package enum Kind: Hashable, Sendable {
        /// The file or folder is not there.
        case vanished
        /// The new name is taken.
        case exists
        /// No space, no inodes or no quota left.
        case noSpace
        /// The room that is left on the disk is kept for what is under way.
        case lowSpace
        /// The system refused access.
        case denied
        /// The file system is mounted read-only.
        case readOnly
        /// The disk failed.
        case io
        /// An earlier sync of this folder failed; see ``FolderSync``.
        case sick
        /// The two names lie on different file systems.
        case crossDevice
        /// Owner or mode would let somebody else tamper with messages; the shell command cures it.
        case unsafe(cure: String)
        /// Another process uses the spool.
        case locked(process: Int32?)
        /// A link, device or folder where a plain file with one name belongs; the word says which.
        case notPlain(String)
        /// The file is not the one it was; the word says what differs.
        case changed(String)
        /// Somebody has the file open for writing.
        case busy
        /// The daemon is sending the message right now.
        case onTheWire
        /// A state file that cannot be read; the words say why.
        case corrupt(String)
        /// Anything else.
        case other

        /// Whether reading the file again can only show the same nonsense.
        package var isDamage: Bool {
            switch self {
            case .corrupt, .notPlain: true
            case .vanished, .exists, .noSpace, .lowSpace, .denied, .readOnly, .io, .sick,
                .crossDevice, .unsafe, .locked, .changed, .busy, .onTheWire, .other:
                false
            }
        }
    }

    /// What can be done about it.
    package let kind: Kind
    /// What was tried, to follow "cannot": `move`, `sync`.
    package let call: String
    /// The path, as octets: a name need not be text.
    package let path: [UInt8]
    /// Where a move was to lead.
    package let destination: [UInt8]?
    /// The system's error number, or zero where the spool's own rules refused.
    package let number: Int32

    init(
        _ kind: Kind,
        _ call: String,
        path: [UInt8],
        to destination: [UInt8]? = nil,
        number: Int32 = 0
    ) {
        self.kind = kind
        self.call = call
        self.path = path
        self.destination = destination
        self.number = number
    }

    /// Sorts the error number of a system call into the kind that has its advice.
    init(number: Int32, _ call: String, path: [UInt8], to destination: [UInt8]? = nil) {
        let kind: Kind =
            switch number {
            // Not ESTALE: a server that forgot a handle says nothing of who took the file.
            case ENOENT: .vanished
            case EEXIST, ENOTEMPTY: .exists
            case ENOSPC, EDQUOT: .noSpace
            case EACCES, EPERM: .denied
            case EROFS: .readOnly
            case EIO, EUCLEAN: .io
            case EXDEV: .crossDevice
            case ELOOP: .notPlain("a symbolic link")
            default: .other
            }
        self.init(kind, call, path: path, to: destination, number: number)
    }

    /// What was tried, what was seen and what to do, in one or two sentences.
    ///
    /// Octets that are not UTF-8 have been replaced; controls have not: sinks neutralise them.
    package var sentence: String {
        let target = destination.map { " to " + String(decoding: $0, as: UTF8.self) } ?? ""
        return "cannot \(call) \(String(decoding: path, as: UTF8.self))\(target): \(cause)\(advice)"
    }

    private var cause: String {
        switch kind {
        case .vanished, .exists, .noSpace, .denied, .readOnly, .io, .crossDevice, .other:
            String(cString: linux_error_text(number))
        case .lowSpace: "its disk is nearly full"
        case .sick: "an earlier sync of this folder failed"
        case .unsafe: "somebody else could tamper with messages there"
        case .locked(let process?): "process \(process) is using this spool"
        case .locked(nil): "another process is using this spool"
        case .notPlain(let word): "it is \(word)"
        case .changed(let word): "its \(word) changed"
        case .busy: "it is still open for writing"
        case .onTheWire: "it is being sent"
        case .corrupt(let reason): reason
        }
    }

    private var advice: String {
        switch kind {
        case .vanished, .exists, .crossDevice, .notPlain, .changed, .busy, .other: ""
        case .noSpace, .lowSpace: "; free some space, messages stay where they are"
        case .denied: "; check owner and mode of the folder"
        case .readOnly: "; mount it writable again, messages stay where they are"
        case .io, .sick: "; check the disk, then restart postchute"
        case .unsafe(let cure): "; run: \(cure)"
        case .locked: "; stop it first"
        case .onTheWire: "; try again in a minute"
        case .corrupt: "; remove the file to forget the message's history"
        }
    }
}

extension SpoolError: CustomStringConvertible {
    /// The sentence.
    package var description: String { sentence }
}
