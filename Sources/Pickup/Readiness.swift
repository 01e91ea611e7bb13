package import MailMessage
package import Spool

/// Decides when one file is finished, from what others look up for it.
///
/// Performs no input or output: tell it what was seen and carry out the ``Action`` it returns, with
/// the answer as the next event. ``seen(_:hasMarker:at:)`` begins a look, and every look ends in an
/// action that is no question.
package struct Readiness: Hashable, Sendable {
    /// What the folder allows and its settings ask for.
    package struct Setting: Hashable, Sendable {
        package var rules: PickupRules
        /// Whether a lease proves something on this file system; also whether its clock is ours.
        package var isLocal: Bool

        /// Creates a setting.
        package init(rules: PickupRules, isLocal: Bool) {
            self.rules = rules
            self.isLocal = isLocal
        }
    }

    /// How a file got its name.
    package enum Arrival: Hashable, Sendable {
        /// Perhaps created under this name and written there; what is found by a scan counts as
        /// such.
        case inPlace
        /// By a rename or link: its content was there before.
        case whole
    }

    /// What the kernel said to a read lease.
    package enum LeaseAnswer: Hashable, Sendable {
        case granted
        /// Somebody has the file open for writing.
        case openForWriting
        /// Leases are not to be had: not our file, or a file system without them.
        case impossible
    }

    /// What the caller must do next.
    package enum Action: Hashable, Sendable {
        /// Question: open the file, take a read lease; answer with ``leaseAnswered(_:_:at:)``.
        case takeLease
        /// Question: read both ends; answer with ``contentRead(_:fingerprint:at:)``.
        case readContent
        case claim
        /// Take it and set it aside; the completeness says what is missing.
        case hold(Completeness)
        /// Look again at this monotonic time, sooner only if something happens to the file.
        case lookAgain(at: Duration)
        /// Leave it until it changes.
        case leave(Obstacle)
        /// Forget it until its marker appears.
        case awaitMarker
    }

    /// How long a file with two names is given to lose one.
    ///
    /// Writers that link a finished file to its name and unlink the old one show both for a moment,
    /// and the unlink causes no event in the drop folder.
    static let linkDelays: [Duration] = [.milliseconds(20), .milliseconds(200), .seconds(2)]
    /// Between two tries while a writer has the file open; its close is an event of its own.
    static let shortestBusyDelay = Duration.milliseconds(100)
    static let longestBusyDelay = Duration.seconds(5)

    private let setting: Setting
    private var arrival: Arrival
    private var facts: FileFacts?
    /// When the version in ``facts`` was first seen, on the monotonic clock.
    private var unchangedSince = Duration.zero
    private var busySince: Duration?
    private var linkTries = 0
    /// What both ends hashed to at the beginning of the quiet time.
    private var fingerprint: UInt64?
    private var usesLease: Bool

    /// Begins with a file nothing is known of.
    package init(_ setting: Setting, arrival: Arrival = .inPlace) {
        self.setting = setting
        self.arrival = arrival
        usesLease = setting.isLocal
    }

    /// Begins a look: what the entry is now, links not followed.
    package mutating func seen(
        _ facts: FileFacts,
        hasMarker: Bool = false,
        at now: PickupTime
    ) -> Action {
        if let obstacle = Obstacle(kindOf: facts) { return .leave(obstacle) }
        note(facts, at: now)
        if facts.links > 1 { return awaitOneName(facts.links, now) }
        linkTries = 0
        if facts.size == 0 { return hesitate(over: .empty, now) }
        switch setting.rules.ready {
        case .renamed: return .readContent
        case .marker: return hasMarker ? .readContent : .awaitMarker
        case .closed: return usesLease ? .takeLease : quietStep(now)
        }
    }

    /// Continues with the kernel's answer and the facts of the open file under its lease.
    package mutating func leaseAnswered(
        _ answer: LeaseAnswer,
        _ facts: FileFacts,
        at now: PickupTime
    ) -> Action {
        note(facts, at: now)
        switch answer {
        case .openForWriting:
            arrival = .inPlace
            unchangedSince = now.monotonic
            let since = busySince ?? now.monotonic
            busySince = since
            // A file open for an hour is not asked about ten times a second.
            let delay = max(Self.shortestBusyDelay, (now.monotonic - since) / 4)
            return .lookAgain(at: now.monotonic + min(delay, Self.longestBusyDelay))
        case .impossible:
            usesLease = false
            return quietStep(now)
        case .granted:
            busySince = nil
            let rest = setting.rules.settle - unchanged(now)
            return arrival == .whole || rest <= .zero
                ? .readContent : .lookAgain(at: now.monotonic + rest)
        }
    }

    /// Continues with what both ends of the file show.
    ///
    /// The fingerprint is a hash of what was read, compared only with another of the same file.
    package mutating func contentRead(
        _ completeness: Completeness,
        fingerprint read: UInt64,
        at now: PickupTime
    ) -> Action {
        if needsQuiet {
            if fingerprint != read {
                if fingerprint != nil { unchangedSince = now.monotonic }
                fingerprint = read
            }
            let rest = setting.rules.quiet - unchanged(now)
            if rest > .zero { return .lookAgain(at: now.monotonic + rest) }
        }
        switch completeness {
        case .complete: return .claim
        case .trailingNULs: return hesitate(over: .trailingNULs, now)
        case .noBlankLine, .missingClosingBoundary, .missingEnd:
            let rest = setting.rules.patience - unchanged(now)
            if rest > .zero { return lookAgain(within: rest, now) }
            switch setting.rules.truncated {
            case .hold: return .hold(completeness)
            case .send: return .claim
            }
        }
    }

    private var needsQuiet: Bool {
        switch setting.rules.ready {
        case .closed: !usesLease
        case .renamed, .marker: false
        }
    }

    /// The first look of a version reads it, the one after the quiet time reads it again: a network
    /// file system may show old attributes for a while, but not for an open after a close.
    private func quietStep(_ now: PickupTime) -> Action {
        let rest = setting.rules.quiet - unchanged(now)
        if fingerprint == nil || rest <= .zero { return .readContent }
        return .lookAgain(at: now.monotonic + rest)
    }

    private mutating func awaitOneName(_ names: UInt32, _ now: PickupTime) -> Action {
        guard linkTries < Self.linkDelays.count else { return .leave(.hardLink(names: names)) }
        arrival = .whole
        let delay = Self.linkDelays[linkTries]
        linkTries += 1
        return .lookAgain(at: now.monotonic + delay)
    }

    private func hesitate(over obstacle: Obstacle, _ now: PickupTime) -> Action {
        let rest = setting.rules.patience - unchanged(now)
        return rest > .zero ? lookAgain(within: rest, now) : .leave(obstacle)
    }

    /// Where others write without this kernel knowing, no event tells that a file was completed.
    private func lookAgain(within rest: Duration, _ now: PickupTime) -> Action {
        let delay = setting.isLocal ? rest : min(rest, setting.rules.quiet)
        return .lookAgain(at: now.monotonic + delay)
    }

    private mutating func note(_ facts: FileFacts, at now: PickupTime) {
        defer { self.facts = facts }
        guard let known = self.facts else {
            unchangedSince = now.monotonic
            return
        }
        if known.isSameFile(as: facts) {
            // The change time alone moves with renames, links and modes: no content in that.
            if known.size == facts.size && known.modified == facts.modified { return }
        } else {
            busySince = nil
            arrival = .inPlace
        }
        unchangedSince = now.monotonic
        fingerprint = nil
    }

    /// How long the file has been as it is, by our own looks or, where the file system's clock is
    /// ours, by the time of its last change.
    private func unchanged(_ now: PickupTime) -> Duration {
        let watched = now.monotonic - unchangedSince
        guard setting.isLocal, usesLease || needsNoProof, let facts else { return watched }
        // The change time cannot be set by a writer; the modification time can.
        let age = now.wall - .nanoseconds(facts.changed)
        // A change in the future means that a clock was set: it proves nothing.
        return age >= .zero ? max(age, watched) : watched
    }

    /// With the readiness given by name or marker, age serves patience alone.
    private var needsNoProof: Bool {
        switch setting.rules.ready {
        case .closed: false
        case .renamed, .marker: true
        }
    }
}
