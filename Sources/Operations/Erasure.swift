internal import Delivery
internal import Glibc
internal import Ledger
internal import MailMessage
internal import SafeText
internal import Settings
internal import Spool
internal import Submission

/// Takes an address out of what Postchute keeps: messages to and from it, and rows of the ledger.
///
/// Looks first and says what it found; only ``erase()`` changes anything. What still waits to be sent
/// is never touched, only named.
package struct Erasure: Sendable {
    /// The messages of one folder that concern the address.
    private struct Found: Sendable {
        var pickup: String
        var spool: OperatorSpool
        var folder: ListedFolder
        var entries: [SpoolEntry]
    }

    /// What the ledger is asked for: the address, or its pseudonym.
    private let ledgerWords: [String]
    private let address: String
    private let relay: RelayFolders
    private let takesAll: Bool
    private var found: [Found] = []
    private var complaints: [String] = []
    private var ledgerCount: Int?
    private var erased: Int?
    private var erasedRows: Int?

    /// The folders that are emptied in any case.
    private static let always: [ListedFolder] = [.sent]
    /// The folders that are emptied with `takesAll`.
    private static let withAll: [ListedFolder] = [.failed, .held]
    private static let waiting: [ListedFolder] = [.queue, .sending]

    /// Looks for an address in one pickup, or in all; `takesAll` is for `failed/` and `held/` too.
    ///
    /// - Throws: When it is no address, or there is no such pickup.
    package init(
        _ relay: RelayFolders,
        _ address: String,
        pickup: String? = nil,
        takesAll: Bool = false
    ) throws(CommandRefusal) {
        guard let sign = address.lastIndex(of: "@"), sign != address.startIndex,
            address.index(after: sign) != address.endIndex, address.utf8.count <= 320,
            !address.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F })
        else {
            throw CommandRefusal("\"\(SafeText.line(address))\" is not an address.", .usage)
        }
        (self.relay, self.takesAll) = (relay, takesAll)
        self.address = address.lowercased()
        var words = [self.address]
        do throws(PrivacyKeyError) {
            let mask = try PrivacyKey(relay.settings.state).mask()
            if let mask { words.append(mask.address(address)) }
        } catch {
            complaints.append("\(error.sentence).")
        }
        ledgerWords = words
        for settings in try relay.pickups(named: pickup) { look(into: settings) }
        // The ledger does not know pickups apart: it is asked only about all.
        if pickup == nil { countRows() }
    }

    private mutating func look(into pickup: PickupSettings) {
        do throws(SpoolError) {
            let spool = try relay.spool(of: pickup)
            let rules = ContentRules(pickup, relay.settings)
            for folder in ListedFolder.allCases {
                var matches: [SpoolEntry] = []
                for place in try folder.places(in: spool) {
                    matches += try entries(in: place, spool, rules, pickup)
                }
                guard !matches.isEmpty else { continue }
                found.append(
                    Found(pickup: pickup.name, spool: spool, folder: folder, entries: matches)
                )
            }
        } catch {
            complaints.append("pickup \(pickup.name): \(error.fullSentence)")
        }
    }

    private mutating func entries(
        in place: SpoolFolder,
        _ spool: OperatorSpool,
        _ rules: ContentRules,
        _ pickup: PickupSettings
    ) throws(SpoolError) -> [SpoolEntry] {
        var all: [SpoolEntry] = []
        try spool.list(place) { entry in
            all.append(entry)
            return true
        }
        var matches: [SpoolEntry] = []
        for entry in all {
            do throws(SpoolError) {
                if try concerns(entry, spool, rules) { matches.append(entry) }
            } catch {
                // Moved meanwhile: whoever moved it runs this again.
                if error.kind != .vanished {
                    complaints.append("pickup \(pickup.name): \(error.fullSentence)")
                }
            }
        }
        return matches
    }

    /// Whether the envelope, the header or the history of a message names the address.
    private func concerns(
        _ entry: SpoolEntry,
        _ spool: OperatorSpool,
        _ rules: ContentRules
    ) throws(SpoolError) -> Bool {
        let state =
            try entry.place.isSent
            ? nil
            : entry.id.flatMap { (id) throws(SpoolError) in
                try spool.state(of: id)
            }
        if let state, state.recipients.contains(where: { $0.address.lowercased() == address }) {
            return true
        }
        if case .success(let prepared) = try rules.prepare(entry, state, in: spool).outcome {
            let envelope = prepared.inspected.envelope
            let named = envelope.recipients.map(\.address.text) + [envelope.sender?.text ?? ""]
            if named.contains(where: { $0.lowercased() == address }) { return true }
        }
        if try spool.facts(entry)?.isFolder == true { return false }
        let head = try spool.open(entry).readHead(Self.headOctets)
        return Self.names(address, in: head)
    }

    /// As much of a message is searched for a header.
    private static let headOctets = 262_144

    /// Whether an address stands in a header by itself, whatever the case of its letters.
    static func names(_ address: String, in head: [UInt8]) -> Bool {
        let wanted = Array(address.utf8)
        let header = head.prefix(headerEnd(head)).map {
            (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
        }
        guard header.count >= wanted.count else { return false }
        var start = 0
        while let position = header[start...].firstIndex(of: wanted[0]) {
            let end = position + wanted.count
            guard end <= header.count else { return false }
            if header[position..<end].elementsEqual(wanted),
                position == 0 || !isPart(header[position - 1]),
                end == header.count || !isPart(header[end])
            {
                return true
            }
            start = position + 1
        }
        return false
    }

    private static func headerEnd(_ head: [UInt8]) -> Int {
        var previous: UInt8 = 0
        for (index, octet) in head.enumerated() where octet != UInt8(ascii: "\r") {
            if octet == UInt8(ascii: "\n"), previous == octet { return index }
            previous = octet
        }
        return head.count
    }

    private static func isPart(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "."), 0x80...:
            true
        default: false
        }
    }
}

// The ledger.
extension Erasure {
    private var hasLedger: Bool {
        access("\(relay.settings.state.directory)/ledger.sqlite", F_OK) == 0
    }

    private mutating func countRows() {
        guard hasLedger else { return }
        do {
            let store = try LedgerStore(stateDirectory: relay.settings.state.directory, patience: 5)
            ledgerCount = try ledgerWords.reduce(0) { try $0 + store.count(matching: $1) }
        } catch {
            complaints.append(
                "The ledger cannot be read: \((error as? LedgerError)?.sentence ?? "\(error)")"
            )
        }
    }

    private mutating func eraseRows() {
        guard ledgerCount != nil else { return }
        do {
            let store = try LedgerStore(stateDirectory: relay.settings.state.directory, patience: 5)
            erasedRows = try ledgerWords.reduce(0) { try $0 + store.erase(matching: $1) }
        } catch {
            complaints.append(
                "The ledger keeps the address: \((error as? LedgerError)?.sentence ?? "\(error)")"
            )
        }
    }
}

extension Erasure {
    /// Removes the messages, and then the address from the ledger.
    package mutating func erase() {
        var count = 0
        for part in found where goes(part.folder) {
            for entry in part.entries {
                do throws(SpoolError) {
                    try part.spool.remove(entry)
                    count += 1
                } catch {
                    if error.kind == .vanished { continue }
                    complaints.append("pickup \(part.pickup): \(error.fullSentence)")
                }
            }
        }
        erased = count
        eraseRows()
    }

    private func goes(_ folder: ListedFolder) -> Bool {
        Self.always.contains(folder) || takesAll && Self.withAll.contains(folder)
    }

    private func count(_ folders: [ListedFolder]) -> Int {
        found.filter { folders.contains($0.folder) }.reduce(0) { $0 + $1.entries.count }
    }

    private var status: ExitStatus { complaints.isEmpty ? .done : .unavailable }

    private var waitingIDs: [String] {
        found.filter { Self.waiting.contains($0.folder) }.flatMap { part in
            part.entries.map { $0.id?.text ?? $0.fileName.display }
        }
    }

    /// What was found, or what was done, in sentences.
    package var text: CommandResult {
        var lines = erased.map(doneLines) ?? foundLines
        let waiting = waitingIDs
        if !waiting.isEmpty {
            lines.append(
                "\(Readable.count(waiting.count, "message")) with it still to be sent; to erase one, "
                    + "run postchute remove with its id:"
            )
            lines += waiting.prefix(Self.maximumListed).map { "  \($0)" }
            if waiting.count > Self.maximumListed { lines.append("  and more") }
        }
        lines.append(
            "Not reached: backups, the journal and other copies of the log, and the mailboxes "
                + "themselves."
        )
        return CommandResult(lines, complaints: complaints, status: status)
    }

    private static let maximumListed = 20

    private var foundLines: [String] {
        var lines = ListedFolder.allCases.filter { !Self.waiting.contains($0) }.map { folder in
            let fate = goes(folder) ? "would be removed" : "would stay; --all removes them too"
            return "\(folder.rawValue)/: \(Readable.count(count([folder]), "message")), \(fate)."
        }
        if let ledgerCount {
            lines.append(
                "Ledger: \(Readable.count(ledgerCount, "message")) would lose the address, file name "
                    + "and subject."
            )
        }
        return lines + ["Nothing was changed; --yes does it."]
    }

    private func doneLines(_ erased: Int) -> [String] {
        var lines = ["\(Readable.count(erased, "message")) removed."]
        if let erasedRows {
            lines.append(
                "The address is gone from \(Readable.count(erasedRows, "message")) of the ledger."
            )
        }
        let kept = takesAll ? 0 : count(Self.withAll)
        if kept > 0 {
            lines.append(
                "\(Readable.count(kept, "message")) with it still in failed/ and held/; --all removes "
                    + "them too."
            )
        }
        return lines
    }

    /// The same for programs.
    package var json: CommandResult {
        let folders = ListedFolder.allCases.map { folder in
            JSONValue.Member(key: folder.rawValue, value: .integer(Int64(count([folder]))))
        }
        let document = JSONValue.members([
            "changed": .bool(erased != nil),
            "found": .object(folders),
            "ledger_found": .optional(ledgerCount),
            "removed": .optional(erased),
            "ledger_erased": .optional(erasedRows),
            "waiting": .array(waitingIDs.map { .string($0) }),
        ])
        return CommandResult(document.lines, complaints: complaints, status: status)
    }
}
