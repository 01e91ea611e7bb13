package import Spool
internal import Glibc

/// Why a file is left where it is until it changes.
package enum Obstacle: Hashable, Sendable {
    /// A folder with the name of a message.
    case folder
    case symbolicLink
    case namedPipe
    case socket
    case device
    /// The file has another name, which would let its writer change it after the claim.
    case hardLink(names: UInt32)
    /// Nobody gave us the right to read it.
    case unreadable(owner: UInt32, mode: UInt32)
    /// The disk did not give its content back.
    case damaged
    /// Nothing was ever written.
    case empty
    /// Space was reserved and never written.
    case trailingNULs
    /// Another file system is mounted on a subfolder: no rename takes a file out of it.
    case otherFileSystem
    /// A subfolder that cannot be used; the error says why.
    case unusableFolder(SpoolError)
    /// It does not let itself be moved, although files of this folder do.
    case immovable
    /// A file in `queue/` that is not named like a message.
    case foreignName
    /// A file in `queue/` with a name for what is not finished yet.
    case unfinishedName
    /// A folder of documents in a drop folder whose subfolders are not watched.
    case unwatchedFolder

    /// What the file is if it is nothing that could be claimed; `nil` for a regular file.
    package init?(kindOf facts: FileFacts) {
        switch facts.mode & S_IFMT {
        case S_IFREG: return nil
        case S_IFDIR: self = .folder
        case S_IFLNK: self = .symbolicLink
        case S_IFIFO: self = .namedPipe
        case S_IFSOCK: self = .socket
        default: self = .device
        }
    }

    /// What is wrong and what to do, as a sentence about the file.
    package var sentence: String {
        switch self {
        case .folder: "It is a folder, not a message; rename or remove it."
        case .symbolicLink:
            "It is a symbolic link, which is never followed; put the message itself here."
        case .namedPipe: "It is a named pipe, not a file; remove it."
        case .socket: "It is a socket, not a file; remove it."
        case .device: "It is a device, not a file; remove it."
        case .hardLink(let names):
            "The file has \(names) names, so its writer could still change it after it was taken; "
                + "remove the other \(names == 2 ? "name" : "names"), or put a copy here."
        case .unreadable(let owner, let mode):
            "Its owner (user \(owner)) lets nobody else read it (mode \(Self.octal(mode))); "
                + "let the writing program give the group read access, for example with umask 0027."
        case .damaged:
            "The disk could not read it; check the disk and write the file again."
        case .empty: "It is empty; remove it, or let its writer finish it."
        case .trailingNULs:
            "It ends in NUL octets: space was reserved and never written; write the file again."
        case .otherFileSystem:
            "Its folder lies on another file system than the drop folder; "
                + "give that folder a pickup of its own."
        case .unusableFolder(let error): "The folder is not used: \(error.sentence)."
        case .immovable:
            "It cannot be moved out of this folder; take its protection away (chattr -i -a), "
                + "or remove it."
        case .unfinishedName:
            "Its name is one that programs give to unfinished files; rename it to have it sent."
        case .unwatchedFolder:
            "It is a folder, and subfolders are not watched; set recursive = true, or put the files "
                + "beside it."
        case .foreignName: "Its name does not end in .eml; rename it to have it sent."
        }
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
