package import MailMessage
package import Spool

/// What a pickup tells the engine, from its own thread.
package enum PickupEvent: Sendable {
    /// Files are in the queue now, oldest first.
    case claimed([ClaimedFile])
    /// A file stays where it is until it changes; said once for each version of it.
    case left(LeftFile)
    /// So many more files stay where they are than were reported one by one.
    case leftUnreported(count: Int)
    /// A file was set aside in `held/`, because its end is missing.
    case held(HeldFile)
    /// Somebody asked for a scan: the queue may have changed too.
    case wake
    /// No claim works; messages stay in the drop folder until one does. Said again when the error
    /// changes.
    case suspended(SpoolError)
    /// Claims work again.
    case resumed
    /// The folder is not there or not safe; it is tried again and again. Said again when the error
    /// changes.
    case folderMissing(SpoolError)
    /// The folder is there; with another spool than before if it was replaced.
    case folderBack(MessageSpool)
    /// How readiness is decided here; said at the start and whenever it changes.
    case effectiveReadiness(EffectiveReadiness)
    /// More files can never be claimed than the pickup remembers: the rest is looked at again by
    /// every scan, and not reported.
    case crowded(limit: Int)
}

/// A file that was moved into the queue.
package struct ClaimedFile: Hashable, Sendable {
    /// Its name in `queue/`.
    package var name: SpoolName
    /// The writer's name for it.
    package var original: FileName
    /// What it was when it was claimed.
    package var facts: FileFacts
    /// Whether somebody put it into `queue/` by hand.
    package var isStray: Bool
}

/// A file that is left where it is.
package struct LeftFile: Hashable, Sendable {
    /// The full path, as octets.
    package var path: [UInt8]
    package var obstacle: Obstacle
}

/// A file that was set aside.
package struct HeldFile: Hashable, Sendable {
    /// Its name in `held/`.
    package var name: SpoolName
    /// The writer's name for it.
    package var original: FileName
    /// What is missing.
    package var completeness: Completeness
}

/// How a pickup decides that a file is finished, in fact rather than by its settings.
package struct EffectiveReadiness: Hashable, Sendable {
    /// The test that is applied.
    package enum Method: String, Hashable, Sendable {
        case lease, quiet, renamed, marker
    }

    package var method: Method
    /// Whether a lease would tell here, and is refused to this process.
    package var isDegraded = false
    /// The test and the reason for it, as a sentence.
    package var sentence: String

    init(rules: PickupRules, fileSystem: FileSystemKind, leasesRefused: Bool) {
        switch rules.ready {
        case .renamed:
            method = .renamed
            sentence =
                rules.documents == nil
                ? "A file is taken as soon as its name ends in .eml."
                : "A file is taken as soon as its name is not that of an unfinished one."
        case .marker(let suffix):
            method = .marker
            sentence = "A file is taken when a second file ending in \(suffix) says so."
        case .closed where fileSystem.keepsLeases && !leasesRefused:
            method = .lease
            sentence =
                "A file is taken when no program has it open for writing and it has been unchanged "
                + "for \(rules.settle) (\(fileSystem.name))."
        case .closed where fileSystem.keepsLeases:
            method = .quiet
            isDegraded = true
            sentence =
                "A file of another user is taken when it has been unchanged for \(rules.quiet): "
                + "without CAP_LEASE nobody can tell whether it is still open. "
                + "Grant the capability, or let writers rename finished files."
        case .closed:
            method = .quiet
            sentence =
                "A file is taken when it has been unchanged for \(rules.quiet): "
                + "on \(fileSystem.name) nobody can tell whether it is still open."
        }
    }
}
