internal import GRDB

/// Why the ledger cannot be read or written; mail never waits for it.
package enum LedgerError: Error, Hashable, Sendable {
    /// There is no ledger yet.
    case missing(path: String)
    /// A later version of Postchute wrote it, in a form this one does not know.
    case newer(path: String)
    /// Another process keeps it locked.
    case locked(path: String)
    /// Its disk is full.
    case full(path: String)
    /// This user may not read or write it.
    case denied(path: String)
    /// It is no ledger any more.
    case damaged(path: String, reason: String)
    case other(path: String, reason: String)

    /// What happened, in a sentence.
    package var sentence: String {
        switch self {
        case .missing(let path): "There is no ledger \(path)."
        case .newer(let path): "The ledger \(path) was written by a later version of Postchute."
        case .locked(let path): "Another process keeps the ledger \(path) locked."
        case .full(let path): "The disk of the ledger \(path) is full."
        case .denied(let path): "The ledger \(path) may not be read or written."
        case .damaged(let path, let reason): "The ledger \(path) is damaged: \(reason)."
        case .other(let path, let reason): "The ledger \(path) cannot be used: \(reason)."
        }
    }

    /// What to do about it, in a sentence.
    package var advice: String {
        switch self {
        case .missing:
            "The daemon makes it when it starts; it is not made while [ledger] has enabled = false."
        case .newer: "Install that version again, or move the ledger away: a new one is made."
        case .locked:
            "End the program that has it open; a backup should copy it with sqlite3 .backup."
        case .full: "Make room; what happens meanwhile is kept in memory and written later."
        case .denied:
            "It belongs to the daemon's user, with its folder; try as root or as that user."
        case .damaged: "The daemon sets it aside and makes a new one from the folders."
        case .other: "The daemon tries again every few seconds."
        }
    }

    /// What an error of SQLite means.
    init(_ error: any Error, path: String) {
        guard let error = error as? DatabaseError else {
            self = error as? LedgerError ?? .other(path: path, reason: "\(error)")
            return
        }
        let reason = error.message ?? "error \(error.resultCode.rawValue)"
        self =
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked(path: path)
            case .SQLITE_FULL: .full(path: path)
            case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH, .SQLITE_CANTOPEN:
                .denied(path: path)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged(path: path, reason: reason)
            default: .other(path: path, reason: reason)
            }
    }
}
