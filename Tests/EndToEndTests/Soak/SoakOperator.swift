import Glibc
import TestSupport

// What an operator does all day, and what befalls the machine meanwhile.
extension Soak {
    private enum Act: String, CaseIterable {
        case status, list, show, hold, remove, retry, resume
        case pausePickup, pauseRoute
        case killHelper, hangServer, fillDisk
    }

    /// Does one thing after the other, in a random order, and tidies up between them.
    func operate(until end: Double) async throws {
        while time < end {
            let acts = roll { Act.allCases.shuffled(using: &$0) }
            for act in acts where time < end {
                try await perform(act)
                did(act.rawValue)
                try await tidy()
                try await pause(upTo: plan.idleness)
            }
        }
    }

    private func perform(_ act: Act) async throws {
        switch act {
        case .status: try await command(["status", "--json"])
        case .list: try await command(["list", "--json"])
        case .show: if let file = someFile(.queue) { try await command(["show", file.id]) }
        case .hold:
            guard let file = someFile(.queue) else { return }
            try await command(["hold", file.id])
            try await command(["release", file.id])
        case .remove:
            guard let file = someFile(.queue) else { return }
            let run = try await command(["remove", "--yes", file.id])
            if run.code == 0 { record { $0.note(file.name) { $0.isRemoved = true } } }
        case .retry: try await retry()
        case .resume: try await resumeRoutes()
        case .pausePickup: try await pauseFor([roll { Self.somePickup(&$0) }.name])
        case .pauseRoute:
            let route = roll { Bool.random(using: &$0) } ? "lab" : "secure"
            try await pauseFor(["--route", route])
        case .killHelper: killHelper()
        case .hangServer:
            relay.sandbox?.send(signal: SIGSTOP)
            try await pause(upTo: 2000)
            relay.sandbox?.send(signal: SIGCONT)
        case .fillDisk: try await fillDisk()
        }
    }

    private static func somePickup(_ dice: inout SeededGenerator) -> SoakPickup {
        SoakPickup.all.randomElement(using: &dice) ?? SoakPickup.all[0]
    }

    private func someFile(_ place: Place) -> SoakFile? {
        roll { dice in
            SoakFile.all(Self.somePickup(&dice), place, root: root).randomElement(using: &dice)
        }
    }

    /// Runs a command, which may come too late for its message (65), meet it on the wire (75), or
    /// find that something is suspended (75).
    @discardableResult
    private func command(_ arguments: [String]) async throws -> CommandRun {
        let run = try await relay.command(arguments)
        guard [0, 65, 75].contains(run.code) else { throw WaitError("\(arguments): \(run)") }
        return run
    }

    private func pauseFor(_ what: [String]) async throws {
        try await command(["pause"] + what)
        try await pause(upTo: 2000)
        try await command(["resume"] + what)
    }

    private func killHelper() {
        guard let id = relay.daemon?.id else { return }
        for child in ProcessFigures.children(of: id) { kill(child, SIGKILL) }
    }

    private func fillDisk() async throws {
        guard hasDisk else { return }
        let ballast = try SickDisk.fill("\(root)/disk")
        try await pause(upTo: 4000)
        unlink(ballast)
    }
}

extension Soak {
    /// Makes everything due that waits for its time or for a person.
    func urge() async throws {
        try await retry()
        try await resumeRoutes()
        for pickup in SoakPickup.all {
            let held = SoakFile.all(pickup, .held, root: root).filter { !isFinal($0) }
            guard !held.isEmpty else { continue }
            try await command(["release", "--pickup", pickup.name] + held.map(\.id))
        }
    }

    private func retry() async throws {
        for pickup in SoakPickup.all {
            let deferred = SoakFile.all(pickup, .queue, root: root).map(\.id).filter {
                access("\(root)/\(pickup.spool)/state/\($0)", F_OK) == 0
            }
            guard !deferred.isEmpty else { continue }
            try await command(["retry", "--pickup", pickup.name] + deferred.prefix(100))
        }
    }

    private func resumeRoutes() async throws {
        for route in ["lab", "secure"] { try await command(["resume", "--route", route]) }
    }

    /// Counts what has arrived and takes it away, as the receiver and an operator would.
    func tidy() async throws {
        try tidyServer()
        for pickup in SoakPickup.all {
            for file in SoakFile.all(pickup, .sent, root: root) {
                try must("unlink \(file.path)", unlink(file.path))
                record { $0.arrived(file.name, .sent) }
            }
            for place in [Place.failed, .held] {
                let files = SoakFile.all(pickup, place, root: root).filter(isFinal)
                for file in files {
                    let reason = (try? readFile("\(file.path).txt")) ?? []
                    record { $0.arrived(file.name, place, hasReason: !reason.isEmpty) }
                }
                guard !files.isEmpty else { continue }
                let ids = files.map(\.id)
                let run = try await command(["remove", "--yes", "--pickup", pickup.name] + ids)
                guard run.code == 0 else { throw WaitError("remove \(ids): \(run)") }
            }
        }
    }

    /// Whether a message has come to its end where it is: what an operator holds has not.
    private func isFinal(_ file: SoakFile) -> Bool {
        file.place == .failed || ledger.entries[file.name]?.message.kind == .truncated
    }

    private func tidyServer() throws {
        let folder = relay.scratch.path("sandbox")
        for file in folderNames(folder) where file.hasSuffix(".eml") {
            let path = "\(folder)/\(file)"
            // `000001-soak-1@example.com.eml`
            let name = file.drop { $0 != "-" }.dropFirst().prefix { $0 != "@" }
            let octets = try readFile(path)
            record { ledger in
                ledger.note(String(name)) { entry in
                    entry.copies += 1
                    if octets != entry.message.wire { entry.spoiled += 1 }
                }
            }
            unlink(path)
            unlink("\(path.dropLast(4)).json")
        }
    }
}
