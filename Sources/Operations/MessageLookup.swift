internal import Delivery
internal import Settings
internal import Spool

/// A message that was found, and where.
struct FoundMessage: Sendable {
    let pickup: String
    let spool: OperatorSpool
    let entry: SpoolEntry

    /// The message as lines about it begin: id and the writer's name for the file.
    var label: String {
        guard let id = entry.id else { return entry.original.display }
        return "\(id) (\(entry.original.display))"
    }

    /// Whether it is known to be no longer where it was found.
    var isGone: Bool {
        do throws(SpoolError) {
            return try spool.facts(entry) == nil
        } catch {
            // What is done to it next meets the same error, and says so.
            return false
        }
    }
}

/// Finds the one message that a person means by the beginning of an id or by a file name.
struct MessageLookup: Sendable {
    private let spools: [(pickup: String, spool: OperatorSpool)]
    /// Pickups that could not be looked into.
    private let complaints: [String]
    private static let maximumCandidates = 20

    /// Opens the pickups to look in: one, or all.
    ///
    /// - Throws: When there is no such pickup.
    init(_ relay: RelayFolders, pickup: String?) throws(CommandRefusal) {
        var spools: [(pickup: String, spool: OperatorSpool)] = []
        var complaints: [String] = []
        for pickup in try relay.pickups(named: pickup) {
            do throws(SpoolError) {
                spools.append((pickup.name, try relay.spool(of: pickup)))
            } catch {
                complaints.append("pickup \(pickup.name): \(error.fullSentence)")
            }
        }
        self.spools = spools
        self.complaints = complaints
    }

    /// Finds the message.
    ///
    /// Looks in the folders named first before the others, so that `retry invoice.eml` means the
    /// one that failed and not the nine that were sent.
    ///
    /// - Throws: With the candidates when the words mean several messages of the same rank.
    func find(_ words: String, first: [ListedFolder]) throws(CommandRefusal) -> FoundMessage {
        try find(each: [words], first: first)[0].get()
    }

    /// Finds each of many messages, or says why not, in the order asked; reads each folder once for
    /// all of them.
    func find(
        each words: [String],
        first: [ListedFolder]
    ) -> [Result<FoundMessage, CommandRefusal>] {
        let rest = ListedFolder.allCases.filter { !first.contains($0) && $0 != .sent }
        var problems = complaints
        var outcomes: [Int: Result<FoundMessage, CommandRefusal>] = [:]
        for rank in [first, rest, first.contains(.sent) ? [] : [.sent]] {
            let unknown = words.indices.filter { outcomes[$0] == nil }
            if unknown.isEmpty { break }
            let found = find(unknown.map { Array(words[$0].utf8) }, rank, &problems)
            for (index, candidates) in zip(unknown, found) {
                if candidates.count > 1 {
                    outcomes[index] = .failure(ambiguous(words[index], candidates))
                } else if let only = candidates.first {
                    outcomes[index] = .success(only)
                }
            }
        }
        return words.indices.map { outcomes[$0] ?? .failure(missing(words[$0], problems)) }
    }

    private func find(
        _ words: [[UInt8]],
        _ folders: [ListedFolder],
        _ problems: inout [String]
    ) -> [[FoundMessage]] {
        var found = [[FoundMessage]](repeating: [], count: words.count)
        for (pickup, spool) in spools {
            do throws(SpoolError) {
                var places: [SpoolFolder] = []
                for folder in folders { places += try folder.places(in: spool) }
                let limit = Self.maximumCandidates + 1
                let entries = try spool.find(each: words, among: places, limit: limit)
                for (index, entries) in entries.enumerated() {
                    found[index] += entries.map {
                        FoundMessage(pickup: pickup, spool: spool, entry: $0)
                    }
                }
            } catch {
                let line = "pickup \(pickup): \(error.fullSentence)"
                if !problems.contains(line) { problems.append(line) }
            }
        }
        return found
    }

    private func ambiguous(_ words: String, _ found: [FoundMessage]) -> CommandRefusal {
        var refusal = CommandRefusal(
            "\"\(words)\" can mean several messages; say more of the id:",
            .usage
        )
        refusal.lines += found.prefix(Self.maximumCandidates).map {
            "  \($0.entry.id?.text ?? $0.entry.fileName.display)  \($0.pickup)  "
                + "\($0.entry.place.word)  \($0.entry.original.display)"
        }
        if found.count > Self.maximumCandidates { refusal.lines.append("  and more") }
        return refusal
    }

    private func missing(_ words: String, _ problems: [String]) -> CommandRefusal {
        var refusal = CommandRefusal(
            "There is no message \"\(words)\".",
            problems.isEmpty ? .data : .unavailable
        )
        if !problems.isEmpty {
            refusal.lines[0] = "No message \"\(words)\" was found, but not every folder was read:"
            refusal.lines += problems.map { "  \($0)" }
        }
        return refusal
    }
}
