import Glibc
import TestSupport

/// One daemon that is started on many scenes.
struct ReplayRun {
    private let relay: RelayHarness
    private let disk: SpareDisk
    private let scenes: [PowerLossReplay.Scene]

    /// Lays the scenes out, lets a daemon finish them, and looks at what became of each message.
    static func run(
        _ scenes: [PowerLossReplay.Scene],
        _ delivered: [String: [MessageOutcome.Delivery]],
        _ limit: Duration
    ) async throws -> [Violation] {
        let disk = try SpareDisk()
        var plan = RelayPlan()
        plan.tables = scenes.indices.map { tables($0, scenes[$0].pickup, disk) }.joined()
        return try await withIdleRelay("replay", plan) { relay in
            let run = ReplayRun(relay: relay, disk: disk, scenes: scenes)
            for index in scenes.indices { try run.layOut(index) }
            try await relay.startDaemon()
            await run.waitUntilSettled(limit)
            try await relay.stopDaemon()
            // What may have been accepted waits for a quarter of an hour; nobody waits for that here.
            for index in scenes.indices { try run.makeDue(index) }
            try await relay.startDaemon()
            await run.waitUntilFinished(limit)
            try await relay.stopDaemon()
            return try run.violations(delivered)
        }
    }

    private static func tables(_ index: Int, _ pickup: TrialPickup, _ disk: SpareDisk) -> String {
        var lines = ["[pickup.v\(index)]", "path = '{root}/v\(index)'", "route = 'v\(index)'"]
        lines += ["settle = '50ms'", "patience = '500ms'"]
        switch pickup {
        case .near: break
        case .careful: lines.append("when_uncertain = 'hold'")
        case .far: lines.append("spool = '\(disk.path)/v\(index)'")
        }
        // The name by which the server tells them apart.
        lines += ["[route.v\(index)]", "service = 'smtp'", "host = '127.0.0.1'", "port = {port}"]
        lines += ["tls = 'none'", "sandbox = true", "ehlo = 'v\(index).example'"]
        lines += ["retry_first = '100ms'", "retry_maximum = '1s'", ""]
        return lines.joined(separator: "\n")
    }

    private func drop(_ index: Int) -> String { relay.scratch.path("v\(index)") }

    private func spool(_ index: Int) -> String {
        scenes[index].pickup == .far ? "\(disk.path)/v\(index)" : drop(index)
    }

    /// Where a path of the recording is in a scene.
    private func place(_ path: String, _ index: Int) -> String {
        let pickup = scenes[index].pickup
        let isInSpool = path.hasPrefix("\(pickup.spool)/")
        let root = isInSpool ? pickup.spool : pickup.rawValue
        return (isInSpool ? spool(index) : drop(index)) + path.dropFirst(root.count)
    }

    private func layOut(_ index: Int) throws {
        mkdir(drop(index), 0o700)
        for item in scenes[index].cases.values {
            for file in item.remains.files {
                let path = place(file.path, index)
                try Self.makeFolders(above: path)
                try writeFile(file.content, to: path)
                chmod(path, 0o600)
                if let modified = file.modified { try Self.setModified(path, modified) }
            }
        }
    }

    private static func makeFolders(above path: String) throws {
        let folder = DiskModel.parent(path)
        if access(folder, F_OK) == 0 { return }
        try makeFolders(above: folder)
        guard mkdir(folder, 0o700) == 0 else {
            throw WaitError("mkdir \(folder): \(systemError())")
        }
    }

    private static func setModified(_ path: String, _ nanoseconds: Int64) throws {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
        guard utimensat(AT_FDCWD, path, [time, time], 0) == 0 else {
            throw WaitError("utimensat \(path): \(systemError())")
        }
    }

    private func makeDue(_ index: Int) throws {
        let folder = "\(spool(index))/state"
        for name in folderNames(folder) where TrialNames.id(name) != nil {
            try Self.setModified("\(folder)/\(name)", 0)
        }
    }
}

extension ReplayRun {
    /// Waits until nothing is under way but what waits for its next attempt.
    private func waitUntilSettled(_ limit: Duration) async {
        await wait(limit) { index in
            let states = Set(folderNames("\(spool(index))/state"))
            return messages(index, .queue).allSatisfy { states.contains($0.prefix(35).description) }
        }
    }

    /// Waits until every message has reached its end.
    private func waitUntilFinished(_ limit: Duration) async {
        await wait(limit) { messages($0, .queue).isEmpty }
    }

    /// Waits for all scenes; what is not done by the limit is found to have stayed where it is.
    private func wait(_ limit: Duration, _ isDone: (Int) -> Bool) async {
        var open = Array(scenes.indices)
        try? await waitUntil(limit: limit) {
            // Looking into many folders again and again would slow down what is waited for.
            while let index = open.last {
                guard isIdle(index), isDone(index) else { return false }
                open.removeLast()
            }
            return true
        }
    }

    /// Whether nothing stands in the drop folder that will be claimed, and nothing is on the wire.
    private func isIdle(_ index: Int) -> Bool {
        let unfinished = messages(index, .drop).filter { name in
            scenes[index].cases.values.contains { name.hasPrefix($0.message.key) && $0.isWhole }
        }
        return unfinished.isEmpty && messages(index, .sending).isEmpty
            && folderNames("\(drop(index))/.postchute-claim").isEmpty
    }

    /// The names of the messages of a place.
    private func messages(_ index: Int, _ place: Place) -> [String] {
        folders(index, place).flatMap { folderNames($0) }.filter { name in
            name.contains(".eml") && !name.hasSuffix(".txt") && !name.hasPrefix(".")
        }
    }

    private func folders(_ index: Int, _ place: Place) -> [String] {
        switch place {
        case .drop: [drop(index)]
        case .sent:
            folderNames("\(spool(index))/sent").map { "\(spool(index))/sent/\($0)" }
        case .queue, .sending, .failed, .held: ["\(spool(index))/\(place.rawValue)"]
        }
    }

    private func violations(_ delivered: [String: [MessageOutcome.Delivery]]) throws -> [Violation]
    {
        var outcomes = scenes.map { _ in [String: MessageOutcome]() }
        for index in scenes.indices { outcomes[index] = files(index) }
        for message in try relay.received() {
            guard let index = Self.index(message.envelope.ehlo) else { continue }
            let sender = String(message.envelope.sender.prefix { $0 != "@" })
            outcomes[index][sender, default: MessageOutcome()].deliveries.append(
                MessageOutcome.Delivery(message)
            )
        }
        for line in relay.lines("uncertain") where line["note"] == "possible duplicate" {
            guard let index = Self.index(line["pickup"] ?? ""), let file = line["file"] else {
                continue
            }
            let key = scenes[index].cases.keys.first { Self.belongs(file, to: $0) }
            if let key { outcomes[index][key, default: MessageOutcome()].isAnnounced = true }
        }
        return scenes.indices.flatMap { index in
            scenes[index].cases.flatMap { key, item in
                item.broken(
                    by: outcomes[index][key] ?? MessageOutcome(),
                    original: delivered[key] ?? []
                ).map { Violation(item: item, sentence: $0, label: scenes[index].label) }
            }
        }
    }

    private func files(_ index: Int) -> [String: MessageOutcome] {
        var outcomes: [String: MessageOutcome] = [:]
        for place in Place.allCases {
            for folder in folders(index, place) {
                let names = Set(folderNames(folder))
                for name in messages(index, place) where names.contains(name) {
                    let original = TrialNames.id(name) == nil ? name : String(name.dropFirst(36))
                    let key = scenes[index].cases.keys.first { Self.belongs(original, to: $0) }
                    guard let key else { continue }
                    outcomes[key, default: MessageOutcome()].files.append(
                        MessageOutcome.File(
                            place: place,
                            hasReason: Self.isReason("\(folder)/\(name).txt")
                        )
                    )
                }
            }
        }
        return outcomes
    }

    private static func isReason(_ path: String) -> Bool {
        guard let octets = try? readFile(path) else { return false }
        return octets.starts(with: "\u{FEFF}".utf8)
            && String(decoding: octets, as: UTF8.self).contains("\r\n\r\nWhat to do\r\n")
            && octets.suffix(2) == [0x0D, 0x0A]
    }

    /// Whether a file's name begins with exactly this key.
    private static func belongs(_ name: String, to key: String) -> Bool {
        name.hasPrefix(key) && name.dropFirst(key.count).first.map { ".-".contains($0) } == true
    }

    /// The number in `v7` or `v7.example`.
    private static func index(_ name: String) -> Int? {
        Int(name.dropFirst().prefix { $0 != "." })
    }
}
