package import Delivery
package import Settings

/// Finds in what the daemon knows the conditions that hold; pure, apart from what it remembers.
///
/// Pickups whose names have a dot are Postchute's own, for alerts: no alert is about their mail, or
/// each could bring about the next.
package struct ConditionFinder: Sendable {
    /// From which age on a waiting message is a condition, and how long none may be sent; both in
    /// microseconds.
    private let (backlog, stalled): (Int64, Int64)
    private let mask: @Sendable (String) -> String
    /// When a pickup sent its last message or had none, with how many it had sent then.
    private var progress: [String: Progress] = [:]

    private struct Progress {
        var done: Int
        var at: Int64
    }

    /// Senders of one pickup that are told one by one.
    private static let maximumSenders = 20

    /// Creates a finder; `mask` makes addresses fit to be told.
    package init(
        _ settings: AlertSettings,
        mask: @escaping @Sendable (String) -> String = { $0 }
    ) {
        backlog = settings.backlog.microseconds
        stalled = settings.stalled.microseconds
        self.mask = mask
    }

    /// The conditions that hold in a snapshot.
    package mutating func conditions(in snapshot: RelaySnapshot) -> [Alert] {
        let pickups = snapshot.pickups.filter { !$0.name.contains(".") }
        progress = progress.filter { entry in pickups.contains { $0.name == entry.key } }
        let lacks = (snapshot.disks ?? []).compactMap(\.isLow)
        return pickups.flatMap { conditions(of: $0, lacks, at: snapshot.takenAt) }
            + snapshot.routes.compactMap(suspension)
            + (snapshot.accounts ?? []).compactMap(limit)
            + (snapshot.disks ?? []).compactMap(lack)
            + (snapshot.expiring ?? []).map(end)
            + [
                snapshot.ledger.map {
                    Alert(.ledgerNotWritten, nil, "The ledger is not written: \($0)")
                }
            ]
            .compactMap(\.self)
    }

    private mutating func conditions(
        of pickup: RelaySnapshot.PickupStatus,
        _ lacks: [String],
        at now: Int64
    ) -> [Alert] {
        let name = pickup.name
        var alerts: [Alert] = []
        if let reason = pickup.folder {
            let sentence = "The drop folder of pickup \(name) cannot be used: \(reason)"
            alerts.append(Alert(.folderMissing, name, pickup: name, sentence))
        }
        if let reason = pickup.suspended {
            let sentence = "Pickup \(name) is suspended: \(reason)"
            let advice = lacks.contains(reason) ? DiskStatus.advice : nil
            alerts.append(Alert(.pickupSuspended, name, pickup: name, sentence, advice: advice))
        }
        if pickup.isReadinessDegraded == true {
            let sentence =
                "Pickup \(name) can only guess when a file is complete: it lacks CAP_LEASE."
            alerts.append(Alert(.readinessDegraded, name, pickup: name, sentence))
        }
        return alerts + senders(of: pickup) + rates(of: pickup) + waiting(pickup, at: now)
    }

    private func senders(of pickup: RelaySnapshot.PickupStatus) -> [Alert] {
        let name = pickup.name
        let senders = pickup.suspendedSenders.sorted { $0.key < $1.key }
        var alerts = senders.prefix(Self.maximumSenders).map { sender, reason in
            let sentence = "The sender \(mask(sender)) of pickup \(name) is suspended: \(reason)"
            return Alert(.senderSuspended, "\(name)/\(mask(sender))", pickup: name, sentence)
        }
        if senders.count > Self.maximumSenders {
            let sentence =
                "\(senders.count - Self.maximumSenders) more senders of pickup \(name) are suspended."
            alerts.append(Alert(.senderSuspended, name, pickup: name, sentence))
        }
        return alerts
    }

    private func rates(of pickup: RelaySnapshot.PickupStatus) -> [Alert] {
        guard let limit = pickup.usedUp else { return [] }
        let name = pickup.name
        let sentence = "Pickup \(name) has used up its limit of \(limit.words); the rest waits."
        return [Alert(.pickupRate, name, pickup: name, sentence, advice: pickup.rateAdvice)]
    }

    private mutating func waiting(
        _ pickup: RelaySnapshot.PickupStatus,
        at now: Int64
    ) -> [Alert] {
        let name = pickup.name
        let count = pickup.waiting + pickup.deferred + pickup.underWay
        let counters = pickup.counters
        let done = counters.sent + counters.failed + counters.held
        let last = progress[name]
        if count == 0 || pickup.isPaused || last?.done != done || (last?.at ?? 0) > now {
            progress[name] = Progress(done: done, at: now)
        }
        guard count > 0, !pickup.isPaused else { return [] }
        var alerts: [Alert] = []
        if let oldest = pickup.oldest, now - oldest >= backlog {
            let sentence =
                "A message of pickup \(name) has been waiting since \(WallTime.text(oldest))."
            alerts.append(Alert(.backlog, name, pickup: name, sentence))
        }
        if let last, last.done == done, now - last.at >= stalled {
            let sentence =
                "Pickup \(name) has sent nothing since \(WallTime.text(last.at)), though "
                + "messages wait."
            alerts.append(Alert(.stalled, name, pickup: name, sentence))
        }
        return alerts
    }

    private func suspension(_ route: RelaySnapshot.RouteStatus) -> Alert? {
        guard route.cause != nil else { return nil }
        let reason = route.reason ?? "the reason is not known."
        return Alert(
            .routeSuspended,
            route.name,
            "Route \(route.name) is suspended: \(reason)",
            advice: Self.advice(for: route)
        )
    }

    /// What the route says, and how not to wait for the next look once it is done.
    private static func advice(for route: RelaySnapshot.RouteStatus) -> String? {
        guard let advice = route.advice, !advice.isEmpty else { return nil }
        guard route.cause?.isMendedByHand == true else { return advice }
        return "\(advice) Messages wait meanwhile, and nothing is lost. To have Postchute look "
            + "at once: postchute resume --route \(route.name)"
    }

    private func limit(_ account: RelaySnapshot.AccountStatus) -> Alert? {
        account.reason.map {
            let name = mask(account.name)
            return Alert(.accountLimited, name, "The account \(name) waits for a limit: \($0)")
        }
    }

    private func lack(_ disk: DiskStatus) -> Alert? {
        let use = disk.use.prefix(1).uppercased() + disk.use.dropFirst()
        return disk.isLow.map { Alert(.diskLow, disk.path, "\(use): \($0)") }
    }

    // The sentence counts days: what it is about stands before that.
    private func end(_ sentence: String) -> Alert {
        let words = sentence.split(separator: " ", omittingEmptySubsequences: false)
        let verb = words.firstIndex { ["expires", "has", "ends", "was"].contains($0) }
        let object = words[..<(verb ?? words.endIndex)].joined(separator: " ")
        return Alert(.credentialExpiring, object, sentence)
    }
}

extension Duration {
    /// The duration in whole microseconds.
    var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
