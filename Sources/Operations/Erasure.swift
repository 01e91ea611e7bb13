internal import Delivery
internal import FoundationEssentials
internal import Glibc
internal import Ledger
internal import SafeText
internal import Settings
internal import Spool

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
        /// Whether it is Postchute's own mail.
        var isOwn: Bool
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
        guard pickup == nil else { return }
        for (name, folder) in OwnMail.all(in: relay.settings.state.directory) {
            look(into: PickupSettings(name: name, path: folder, routes: []), isOwn: true)
        }
        // The ledger does not know pickups apart: it is asked only about all.
        countRows()
    }

    private mutating func look(into pickup: PickupSettings, isOwn: Bool = false) {
        do throws(SpoolError) {
            let spool = try relay.spool(of: pickup)
            let reader = ConcernReader(address, pickup, relay.settings, spool, isOwn: isOwn)
            for folder in ListedFolder.allCases {
                var matches: [SpoolEntry] = []
                for place in try folder.places(in: spool) {
                    matches += try entries(in: place, reader)
                }
                guard !matches.isEmpty || isOwn || goes(folder, isOwn: false) else { continue }
                found.append(
                    Found(
                        pickup: pickup.name,
                        spool: spool,
                        folder: folder,
                        entries: matches,
                        isOwn: isOwn
                    )
                )
            }
        } catch {
            if isOwn, error.kind == .vanished { return }
            complaints.append("pickup \(pickup.name): \(error.fullSentence)")
        }
    }

    private mutating func entries(
        in place: SpoolFolder,
        _ reader: ConcernReader
    ) throws(SpoolError) -> [SpoolEntry] {
        var matches: [SpoolEntry] = []
        var problems: [String] = []
        try reader.spool.list(place) { entry in
            do throws(SpoolError) {
                if try reader.concerns(entry) { matches.append(entry) }
            } catch {
                // Moved meanwhile: whoever moved it runs this again.
                if error.kind != .vanished {
                    problems.append("pickup \(reader.pickup.name): \(error.fullSentence)")
                }
            }
            return true
        }
        complaints += problems
        return matches
    }
}

// The ledger.
extension Erasure {
    private var hasLedger: Bool {
        access("\(relay.settings.state.directory)/ledger.sqlite", F_OK) == 0
    }

    /// Ledgers that were set aside, which may name anybody.
    private var damagedLedgers: [String] {
        let folder = relay.settings.state.directory
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("ledger.sqlite.damaged-") }.sorted()
            .map { "\(folder)/\($0)" }
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
        for part in found where goes(part.folder, isOwn: part.isOwn) {
            do throws(SpoolError) {
                count += try remove(part)
            } catch {
                complaints.append("pickup \(part.pickup): \(error.fullSentence)")
            }
        }
        erased = count
        eraseRows()
    }

    /// Removes the messages of a folder, and syncs it once.
    private mutating func remove(_ part: Found) throws(SpoolError) -> Int {
        var count = 0
        for entry in part.entries {
            do throws(SpoolError) {
                if try part.spool.erase(entry) { count += 1 }
            } catch {
                if error.kind == .vanished { continue }
                complaints.append("pickup \(part.pickup): \(error.fullSentence)")
            }
        }
        for place in Set(try part.folder.places(in: part.spool)) {
            try part.spool.removeHalfRemoved(in: place)
            if part.entries.contains(where: { $0.place == place }) { try part.spool.sync(place) }
        }
        return count
    }

    /// Whether messages of a folder are removed; of our own mail nobody needs what waits either.
    private func goes(_ folder: ListedFolder, isOwn: Bool) -> Bool {
        Self.always.contains(folder)
            || takesAll && (Self.withAll.contains(folder) || isOwn && folder == .queue)
    }

    private func count(_ folders: [ListedFolder]) -> Int {
        found.filter { folders.contains($0.folder) }.reduce(0) { $0 + $1.entries.count }
    }

    private var status: ExitStatus { complaints.isEmpty ? .done : .unavailable }

    private var waitingIDs: [String] {
        found.filter { !$0.isOwn && Self.waiting.contains($0.folder) }.flatMap { part in
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
        lines += damagedLedgers.map { "Not looked into: \($0), a damaged ledger; remove it." }
        lines.append(
            "Not reached: backups, the journal and other copies of the log, and the mailboxes "
                + "themselves."
        )
        return CommandResult(lines, complaints: complaints, status: status)
    }

    private static let maximumListed = 20

    private var foundLines: [String] {
        var lines = ListedFolder.allCases.filter { !Self.waiting.contains($0) }.map { folder in
            let fate =
                goes(folder, isOwn: false)
                ? "would be removed" : "would stay; --all removes them too"
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
