internal import Spool

extension PickupWorker {
    func follow(
        _ hint: PickupRequests.Hint,
        _ key: CandidateKey,
        _ looker: CandidateLooker
    ) throws(SpoolError) {
        if case .drop(let folder) = key.place, try looker.isReserved(folder) { return }
        if case .marker(let suffix) = rules.ready, case .drop = key.place {
            for name in CandidateName.marked(by: key.name, suffix: suffix, types: rules.endings) {
                try look(at: CandidateKey(place: key.place, name: name), looker)
            }
        }
        guard
            key.place == .queue || CandidateName.classify(key.name.octets, by: rules) == .candidate
        else {
            return
        }
        switch hint {
        // Another file may have the name now.
        case .created: waiting[key] = nil
        case .movedIn:
            let readiness = try newReadiness(key, looker, .whole)
            waiting[key] = Waiting(readiness: readiness, due: .zero)
        case .touched: break
        }
        try look(at: key, looker)
    }

    func lookAtDue(_ looker: CandidateLooker) throws(SpoolError) {
        let now = now
        for (key, file) in waiting where file.due <= now { try look(at: key, looker) }
    }

    /// Looks at one file, unless it was left and has not changed.
    func look(at key: CandidateKey, _ looker: CandidateLooker) throws(SpoolError) {
        if memory.contains(key) {
            let facts = (try? looker.facts(key)) ?? nil
            if memory.stillHolds(key, facts) { return }
        }
        var readiness =
            if let known = waiting[key] {
                known.readiness
            } else {
                try newReadiness(key, looker, .inPlace)
            }
        let outcome = looker.look(at: key, &readiness)
        switch outcome {
        case .waiting(let due):
            wait(for: key, Waiting(readiness: readiness, due: due))
            return
        case .raced(let obstacle):
            tryAgain(key, readiness, obstacle, looker)
            return
        case .claimed, .collected, .held, .left, .awaitingMarker, .gone, .trouble: break
        }
        waiting[key] = nil
        switch outcome {
        case .claimed(let file):
            hasClaimed = true
            add(file)
        case .collected: hasClaimed = true
        case .held(let file):
            hasClaimed = true
            report(.held(file))
        case .left(let obstacle, let facts): leave(key, obstacle, facts, looker)
        case .trouble(let error): throw error
        case .waiting, .raced, .awaitingMarker, .gone: break
        }
    }

    /// Looks again later each time: whoever has a file change for ever gets ever less of our time.
    private func tryAgain(
        _ key: CandidateKey,
        _ readiness: Readiness,
        _ obstacle: Obstacle?,
        _ looker: CandidateLooker
    ) {
        let races = (waiting[key]?.races ?? 0) + 1
        let delay = Self.shortestRaceDelay * (1 << min(races - 1, 8))
        wait(for: key, Waiting(readiness: readiness, due: now + delay, races: races))
        if races == Self.racesUntilReport, let obstacle { tell(key, obstacle, looker) }
    }

    /// Reports a file that is left, unless there is too much of that.
    func tell(_ key: CandidateKey, _ obstacle: Obstacle, _ looker: CandidateLooker) {
        guard allowance.spend(at: now) else { return }
        report(.left(LeftFile(path: looker.path(of: key), obstacle: obstacle)))
    }

    /// Says how many reports were left out, once there may be another.
    func tellOmitted() {
        if let count = allowance.takeOmitted(at: now) { report(.leftUnreported(count: count)) }
    }

    private func newReadiness(
        _ key: CandidateKey,
        _ looker: CandidateLooker,
        _ arrival: Readiness.Arrival
    ) throws(SpoolError) -> Readiness {
        var rules = rules
        // A person who copies a file into the queue knows nothing of names and markers.
        if key.place == .queue { rules.ready = .closed }
        let isLocal = try looker.fileSystem(of: key).keepsLeases
        return Readiness(.init(rules: rules, isLocal: isLocal), arrival: arrival)
    }

    private func wait(for key: CandidateKey, _ file: Waiting) {
        if waiting[key] == nil && waiting.count >= hooks.memory {
            // Its turn comes when others have had theirs.
            nextScan = min(nextScan, now + rules.pollInterval)
            return
        }
        waiting[key] = file
    }

    private func leave(
        _ key: CandidateKey,
        _ obstacle: Obstacle,
        _ facts: FileFacts,
        _ looker: CandidateLooker
    ) {
        switch memory.remember(key, facts, obstacle) {
        case .new: tell(key, obstacle, looker)
        case .full: report(.crowded(limit: hooks.memory))
        case .known, .stillFull: break
        }
    }

    func add(_ file: ClaimedFile) {
        if batch.add(file, at: now) { flush() }
    }

    func flush() {
        let files = batch.take()
        if !files.isEmpty { report(.claimed(files)) }
    }
}
