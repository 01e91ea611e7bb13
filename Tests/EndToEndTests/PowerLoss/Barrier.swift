import Testing

/// A kind of sync on which the promise rests.
enum Barrier: String, Sendable, CaseIterable, CustomTestStringConvertible {
    /// fdatasync of a claimed file, of B1.
    case content
    /// fsync of `queue/`, of B1 and of a deferral.
    case queue
    /// fsync of the drop folder, of B1.
    case drop
    /// fsync of `queue/sending/`, B2.
    case sending
    /// fsync of a day's folder, B3.
    case day
    /// fsync of `sent/` after a day's folder was made.
    case sent
    case failed
    case held
    /// fsync of `state/`.
    case state
    /// fsync of a state before it gets its name.
    case stateContent
    /// fsync of a `.txt` before it gets its name.
    case reasonContent
    /// fsync of a copy on another file system before it gets its name.
    case copyContent
    /// fsync of `.postchute-claim/`.
    case claims
    /// fsync of the folder in which a spool was made.
    case spool

    var testDescription: String { rawValue }

    /// Whether a sync of a path is of this kind.
    func covers(_ path: String) -> Bool { Self(path) == self }

    /// The kind of sync a path is given, if it is one of these.
    init?(_ path: String) {
        if path == TrialFolder.disk.rawValue {
            self = .spool
            return
        }
        if TrialPickup.allCases.contains(where: { $0.rawValue == path }) {
            self = .drop
            return
        }
        if path.hasSuffix("/.postchute-claim") {
            self = .claims
            return
        }
        let roots = TrialPickup.allCases.map(\.spool) + [TrialPickup.far.rawValue]
        guard let spool = roots.first(where: { path.hasPrefix("\($0)/") }) else { return nil }
        self.init(below: path.dropFirst(spool.count + 1).split(separator: "/"))
    }

    private init?(below parts: [Substring]) {
        // A file the writer's name still belongs to.
        if parts.count == 1, parts[0].contains(".eml") {
            self = .content
            return
        }
        let isFile = parts.last.map { TrialNames.id(String($0)) != nil } ?? false
        switch (parts.first, parts.count, isFile) {
        case ("queue", 1, _): self = .queue
        case ("queue", 2, false): self = .sending
        case ("queue", _, true):
            self = parts.last?.hasSuffix(".copy") == true ? .copyContent : .content
        case ("sent", 1, _): self = .sent
        case ("sent", 2, false): self = .day
        case ("failed", 1, _): self = .failed
        case ("held", 1, _): self = .held
        case ("failed", 2, true), ("held", 2, true):
            self = parts.last?.hasSuffix(".txt") == true ? .reasonContent : .content
        case ("state", 1, _): self = .state
        case ("state", 2, true): self = .stateContent
        default: return nil
        }
    }
}

extension Barrier {
    /// Whether a power cut after a run without these syncs can break the promise.
    ///
    /// Without B3 a message falls back to `sending/`, where it is *uncertain*: its second copy is
    /// announced. The sync shortens the time in which that can happen from half a minute to a few
    /// milliseconds. Without the sync of a history its message is set aside with a reason: who has it
    /// is for a person to find out.
    var isShownByReplay: Bool { self != .day && self != .stateContent }
}
