internal import Submission

/// Whether a route can be used, and what it waits for if not.
///
/// A pure machine: instants come in, the next probe goes out. An account's trouble ends here
/// instead of spending the attempts of messages.
package struct RouteCondition: Sendable {
    /// Why a route is suspended; decides who probes it and whether another route may serve.
    package enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        /// No connection, no greeting, TLS down, 4yz before a message was offered.
        case connection
        /// Sign-in refused; probed by signing in.
        case authentication
        /// The settings or the tenant must change; probed by signing in.
        case configuration
        /// The server throttles; waits without a probe.
        case rate
        /// The server blocks this account or address; waits without a probe.
        case blocked

        /// Whether the next route of a pickup's list may serve meanwhile.
        package var allowsFailover: Bool {
            switch self {
            case .connection, .authentication, .configuration: true
            case .rate, .blocked: false
            }
        }

        /// Whether a person puts it right, who then need not wait for the next look.
        package var isMendedByHand: Bool {
            switch self {
            case .authentication, .configuration: true
            case .connection, .rate, .blocked: false
            }
        }
    }

    /// What a suspended route waits for.
    package enum Wait: Hashable, Sendable {
        /// A probe at this instant.
        case probe(at: Duration)
        /// The bare passing of time.
        case time(until: Duration)
        /// `resume` or new settings: probing a wrong password locks the account.
        case person

        /// The same wait, ending at an instant at the earliest.
        func notBefore(_ instant: Duration?) -> Wait {
            guard let instant else { return self }
            switch self {
            case .probe(let at): return .probe(at: max(at, instant))
            case .time(let until): return .time(until: max(until, instant))
            case .person: return .person
            }
        }

        /// Whether another wait would be over sooner.
        func outlasts(_ other: Wait) -> Bool {
            switch (self, other) {
            case (_, .person): false
            case (.person, .probe), (.person, .time): true
            case (.probe(let mine), .probe(let others)), (.probe(let mine), .time(let others)),
                (.time(let mine), .probe(let others)), (.time(let mine), .time(let others)):
                mine > others
            }
        }
    }

    /// A suspension with its reason.
    package struct Suspension: Hashable, Sendable {
        package var cause: Cause
        /// What happened, in one sentence.
        package var reason: String
        /// What to do about it, in one sentence.
        package var advice: String
        /// When it began, on the monotonic clock.
        package var since: Duration
        package var wait: Wait
        /// How many suspensions or failed probes came without a success between.
        package var failures: Int
    }

    /// What the engine knows about the route's usability.
    private enum State {
        /// Usable. Next: `suspended`.
        case open
        /// Not usable. Next: `probing` when its instant has come, `open` when its time is over or a
        /// person resumes it.
        case suspended(Suspension)
        /// A probe is out. Next: `open` or `suspended`.
        case probing(Suspension)
    }

    private var state: State = .open
    private var consecutive = 0

    /// Creates the condition of a route nobody has used yet.
    package init() {}

    /// The suspension in force, also while it is being probed.
    package var suspension: Suspension? {
        switch state {
        case .open: nil
        case .suspended(let suspension), .probing(let suspension): suspension
        }
    }

    /// Whether a probe is out.
    package var isProbing: Bool { if case .probing = state { true } else { false } }

    /// Whether messages may be submitted.
    package var isOpen: Bool { suspension == nil }

    /// When to call ``tick(at:)`` next; `nil` if no time matters.
    package var nextInstant: Duration? {
        guard case .suspended(let suspension) = state else { return nil }
        switch suspension.wait {
        case .probe(let at), .time(let at): return at
        case .person: return nil
        }
    }

    /// A server that asks for a longer wait is asked again after this.
    private static let longestWait = Duration.seconds(86_400)

    /// Suspends the route; `atLeast` is what the server asked for.
    ///
    /// Several sessions may fail together, each in its own way: the failure that asks for the
    /// longest wait stays in force, so that a lost connection neither cuts throttling short nor has
    /// a wrong password tried again. The beginning and the count are kept.
    package mutating func suspend(
        _ cause: Cause,
        reason: String,
        advice: String,
        needsPerson: Bool,
        atLeast: Duration? = nil,
        at now: Duration
    ) {
        let since = suspension?.since ?? now
        // Several sessions fail together; one outage counts once.
        if case .suspended = state {} else { consecutive += 1 }
        let usual: Wait =
            needsPerson ? .person : Self.wait(for: cause, failures: consecutive, at: now)
        let wait = usual.notBefore(atLeast.map { now + min($0, Self.longestWait) })
        if case .suspended(let current) = state, current.wait.outlasts(wait) { return }
        state = .suspended(
            Suspension(
                cause: cause,
                reason: reason,
                advice: advice,
                since: since,
                wait: wait,
                failures: consecutive
            )
        )
    }

    /// What passing time asks of the engine.
    package enum Tick: Hashable, Sendable {
        case nothing
        /// Sign in without a message, then call ``probeEnded(_:at:)``.
        case probe
        /// The route is open again.
        case opened
    }

    /// Lets time pass.
    package mutating func tick(at now: Duration) -> Tick {
        guard case .suspended(let suspension) = state else { return .nothing }
        switch suspension.wait {
        case .person:
            return .nothing
        case .probe(let at):
            guard now >= at else { return .nothing }
            state = .probing(suspension)
            return .probe
        case .time(let until):
            guard now >= until else { return .nothing }
            state = .open
            return .opened
        }
    }

    /// Notes that a message was accepted; returns whether that ended a suspension.
    ///
    /// While the route is suspended that can only be one that was under way before: it proves that
    /// the server can be reached, but says nothing about signing in anew or about throttling.
    package mutating func accepted() -> Bool {
        switch suspension?.cause {
        case nil, .connection: succeeded()
        case .authentication, .configuration, .rate, .blocked: false
        }
    }

    /// Notes that a probe succeeded; returns whether the route was suspended before.
    @discardableResult
    package mutating func succeeded() -> Bool {
        let wasSuspended = !isOpen
        consecutive = 0
        state = .open
        return wasSuspended
    }

    /// A person resumed the route; it is tried with the next message.
    @discardableResult
    package mutating func resumed() -> Bool { succeeded() }

    /// Pauses before the next look: Microsoft locks accounts that sign in wrongly too often, so
    /// sign-in is probed rarely; a connection costs the server nothing.
    private static func wait(for cause: Cause, failures: Int, at now: Duration) -> Wait {
        let index = max(failures - 1, 0)
        switch cause {
        case .connection:
            let pauses: [Duration] = [.seconds(5), .seconds(15), .seconds(60), .seconds(120)]
            return .probe(at: now + (index < pauses.count ? pauses[index] : .seconds(300)))
        case .authentication, .configuration:
            let pauses: [Duration] = [.seconds(60), .seconds(300), .seconds(900)]
            return .probe(at: now + (index < pauses.count ? pauses[index] : .seconds(1800)))
        case .rate:
            let pauses: [Duration] = [.seconds(15), .seconds(30), .seconds(60), .seconds(120)]
            return .time(until: now + (index < pauses.count ? pauses[index] : .seconds(300)))
        case .blocked:
            return .time(until: now + .seconds(3600))
        }
    }
}
