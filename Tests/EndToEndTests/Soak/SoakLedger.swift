/// What became of every message of the soak, as seen from outside: pure, so that it can be tested.
struct SoakLedger: Sendable {
    /// What was seen of one message.
    struct Entry: Sendable {
        let message: SoakMessage
        /// How often its file was found in a folder where its way ends.
        var arrivals: [Place: Int] = [:]
        /// How many copies the server accepted.
        var copies = 0
        /// How many of them were something else than the file.
        var spoiled = 0
        /// How often the log said *possible duplicate*.
        var announcements = 0
        /// Whether an operator removed it, on its way or from `sent/` when that was too late.
        var isRemoved = false
        /// Whether the log says that it was sent.
        var isLoggedSent = false
        /// Whether a file in `failed/` had no reason beside it.
        var lacksReason = false
    }

    private(set) var entries: [String: Entry] = [:]
    /// What came that nobody sent.
    private(set) var strangers: [String] = []

    /// How many messages have arrived somewhere.
    private(set) var arrivalCount = 0

    /// Remembers a message before it is dropped.
    mutating func expect(_ message: SoakMessage) {
        entries[message.name] = Entry(message: message)
    }

    /// Notes something about a message, by its name.
    mutating func note(_ name: String, _ change: (inout Entry) -> Void) {
        guard entries[name] != nil else { return strangers.append(name) }
        entries[name].map { entry in
            var entry = entry
            change(&entry)
            entries[name] = entry
        }
    }

    /// Notes a file found where its way ends, and that was taken away there.
    mutating func arrived(_ name: String, _ place: Place, hasReason: Bool = true) {
        arrivalCount += 1
        note(name) { entry in
            entry.arrivals[place, default: 0] += 1
            if place == .failed, !hasReason { entry.lacksReason = true }
        }
    }

    /// The messages that are still on their way.
    var openNames: [String] { entries.values.filter(\.isOpen).map(\.message.name).sorted() }

    /// How many they are.
    var openCount: Int { entries.values.count { $0.isOpen } }

    /// Everything that breaks the promise; empty is the proof.
    var complaints: [String] {
        strangers.map { "\($0) came from nowhere" }
            + entries.values.sorted { $0.message.name < $1.message.name }.flatMap(\.complaints)
    }
}

extension SoakLedger.Entry {
    /// Whether it is still on its way.
    var isOpen: Bool { arrivals.isEmpty && !isRemoved }

    /// What is wrong with this message.
    var complaints: [String] {
        let name = "\(message.name) (\(message.kind))"
        var complaints: [String] = []
        if spoiled > 0 { complaints.append("\(name) was not received as it was") }
        if lacksReason { complaints.append("\(name) failed without a reason") }
        let expected = isRemoved && !isLoggedSent ? 0 : message.kind.copies
        if copies > expected + announcements {
            complaints.append("\(name) came \(copies) times, \(announcements) announced")
        }
        guard !isRemoved else { return complaints + removedComplaints(name) }
        if arrivals != [message.kind.destination: 1] {
            let seen = arrivals.map { "\($0.key) \($0.value)×" }.sorted().joined(separator: ", ")
            let wanted = message.kind.destination
            complaints.append("\(name) belongs in \(wanted), was seen in [\(seen)]")
        }
        if copies < message.kind.copies { complaints.append("\(name) never came") }
        return complaints
    }

    /// A removed message is nowhere; a copy may have come only where a duplicate was announced.
    private func removedComplaints(_ name: String) -> [String] {
        arrivals.isEmpty ? [] : ["\(name) was removed and is there"]
    }
}
