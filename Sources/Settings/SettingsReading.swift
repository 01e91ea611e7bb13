/// Reads a whole file: pure, apart from what it is given.
struct SettingsReading {
    /// Complaints so far; whoever checks further adds to them.
    let complaints: ComplaintList
    private let surroundings: Surroundings
    private var pickups: [ReadPickup] = []
    private var routes: [ReadRoute] = []
    private var identities: [ReadIdentity] = []
    private var network = NetworkSettings()
    private var state: (settings: StateSettings, use: FileUse?) = (StateSettings(), nil)
    private var disk = DiskSettings()
    private var ledger = LedgerSettings()
    private var log = LogSettings()
    private var retention = RetentionSettings()
    private var isPrivate = false
    private var alerts = AlertSettings()
    private var channels: [ReadAlert] = []
    private var http: ReadHTTP?

    init(_ octets: [UInt8], file: String, _ surroundings: Surroundings) {
        complaints = ComplaintList(file: file)
        self.surroundings = surroundings
        do throws(TomlFault) {
            readTop(try TomlDocument.parse(octets))
        } catch {
            complaints.add(error.objection, key: "", at: error.position)
        }
    }

    /// What was read; complete and sound only without complaints.
    var settings: RelaySettings {
        var settings = RelaySettings(
            pickups: pickups.map(\.settings),
            routes: routes.map(\.settings),
            identities: identities.map(\.settings),
            network: network,
            state: state.settings,
            disk: disk,
            ledger: ledger,
            log: log,
            alerts: completeAlerts,
            http: http?.settings
        )
        settings.retention = retention
        settings.isPrivate = isPrivate
        return settings
    }

    private var completeAlerts: AlertSettings {
        var alerts = alerts
        alerts.channels = channels.compactMap(\.settings)
        return alerts
    }

    /// Everything in the file system that the settings name.
    var fileUses: [FileUse] {
        pickups.flatMap(\.fileUses) + routes.flatMap(\.fileUses)
            + identities.flatMap(\.fileUses) + [state.use].compactMap { $0 }
            + channels.flatMap(\.fileUses)
            + (http?.fileUses ?? [])
    }

    private mutating func readTop(_ entries: [TomlEntry]) {
        // What a route means depends on its identity, wherever in the file that stands.
        let first = SettingTable.identity.rawValue
        for entry in entries.filter({ $0.key == first }) + entries.filter({ $0.key != first }) {
            if let table = SettingTable(rawValue: entry.key), table != .general {
                readTable(table, entry)
            } else if GeneralKey(rawValue: entry.key) != nil {
                let reader = TableReader<GeneralKey>([entry], name: "", at: entry, complaints)
                isPrivate = reader.flag(.privacy) ?? false
            } else {
                let isTable = if case .table = entry.value.content { true } else { false }
                let objection = KnownNames.objection(toTop: entry.key, isTable: isTable)
                complaints.add(objection, key: entry.key, at: entry.keyPosition)
            }
        }
        requireTable(.pickup, in: entries)
        requireTable(.route, in: entries)
        // The name of a faulty route is still a name that a pickup may use.
        let names = entries.first { $0.key == SettingTable.route.rawValue }?.tables.map(\.key)
        PickupRelations(pickups: pickups, routes: routes, routeNames: names ?? []).check()
        TenantRelations(routes: routes).check()
        let pickupNames = entries.first { $0.key == SettingTable.pickup.rawValue }?.tables.map(
            \.key
        )
        for channel in channels {
            channel.checkNames(pickups: pickupNames ?? [], routes: names ?? [])
        }
    }

    private func requireTable(_ table: SettingTable, in entries: [TomlEntry]) {
        guard let entry = entries.first(where: { $0.key == table.rawValue }) else {
            // A misspelt table was complained about already.
            let keys = entries.map(\.key)
            if keys.contains(where: { Suggestion.closest(to: $0, among: [table.rawValue]) != nil })
            {
                return
            }
            let objection = Objection("has no \(table.head).", "docs/settings.md shows one.")
            return complaints.add(objection, key: "", at: nil)
        }
        if case .table([]) = entry.value.content {
            let objection = Objection("has no name.", "Write \(table.head).")
            complaints.add(objection, key: entry.key, at: entry.keyPosition)
        }
    }

    private mutating func readTable(_ table: SettingTable, _ entry: TomlEntry) {
        guard case .table(let content) = entry.value.content else {
            let sentence = "must be a table, not \(entry.value.content.phrase)."
            let objection = Objection(sentence, "Write \(table.head).")
            return complaints.add(objection, key: entry.key, at: entry.keyPosition)
        }
        switch table {
        case .pickup:
            pickups = named(content).map { ReadPickup($0.reader, name: $0.name) }
        case .route:
            routes = named(content).map {
                ReadRoute(
                    $0.reader,
                    name: $0.name,
                    identities: identities,
                    credentialsDirectory: surroundings.credentialsDirectory
                )
            }
        case .identity:
            identities = named(content).map { ReadIdentity($0.reader, name: $0.name, surroundings) }
        case .network:
            let reader = TableReader<NetworkKey>(content, name: entry.key, at: entry, complaints)
            network = NetworkSettings(
                proxy: reader.read(.proxy, ValueSyntax.proxy),
                noProxy: reader.read(.noProxy, ValueSyntax.hosts)
            )
        case .state:
            let reader = TableReader<StateKey>(content, name: entry.key, at: entry, complaints)
            let settings = StateSettings(directory: reader.folder(.directory))
            state = (settings, reader.use(.directory, settings.directory, as: .stateFolder))
        case .disk:
            let reader = TableReader<DiskKey>(content, name: entry.key, at: entry, complaints)
            disk = DiskSettings(
                floor: reader.read(.floor) { content throws(Objection) in
                    try ValueSyntax.share(content, or: .size)
                },
                inodes: reader.read(.inodes) { content throws(Objection) in
                    try ValueSyntax.share(content, or: .count)
                }
            )
        case .ledger:
            let reader = TableReader<LedgerKey>(content, name: entry.key, at: entry, complaints)
            ledger = LedgerSettings(
                isEnabled: reader.read(.enabled, ValueSyntax.flag),
                keep: reader.duration(.keep)
            )
        case .log:
            let reader = TableReader<LogKey>(content, name: entry.key, at: entry, complaints)
            log = LogSettings(level: reader.choice(.level), style: reader.choice(.style))
        case .general:
            // Its keys stand in no table.
            break
        case .retention:
            let reader = TableReader<RetentionKey>(content, name: entry.key, at: entry, complaints)
            reader.read(.sent, RetentionKey.sent.keeping).map { retention.sent = $0 }
            reader.read(.failed, RetentionKey.failed.keeping).map { retention.failed = $0 }
            retention.sentOctets = reader.read(.sentSize, RetentionKey.sentSize.size)
        case .alerts:
            let reader = TableReader<AlertsKey>(content, name: entry.key, at: entry, complaints)
            reader.duration(.every).map { alerts.every = $0 }
            reader.duration(.remind).map { alerts.remind = $0 }
            reader.duration(.backlog).map { alerts.backlog = $0 }
            reader.duration(.stalled).map { alerts.stalled = $0 }
        case .alert:
            channels = named(content).map {
                ReadAlert(
                    $0.reader,
                    name: $0.name,
                    credentialsDirectory: surroundings.credentialsDirectory
                )
            }
        case .http:
            http = ReadHTTP(
                TableReader(content, name: entry.key, at: entry, complaints),
                credentialsDirectory: surroundings.credentialsDirectory
            )
        }
    }

    /// Starts a reader for each table with a name, such as `[route.m365]`.
    private func named<Key: SettingKey>(
        _ entries: [TomlEntry]
    ) -> [(name: String, reader: TableReader<Key>)] {
        let kind = Key.table.rawValue
        return entries.compactMap { entry in
            guard case .table(let content) = entry.value.content else {
                let sentence = "stands in [\(kind)], which has no name."
                let objection = Objection(sentence, "Write \(Key.table.head) above it.")
                complaints.add(objection, key: "\(kind).\(entry.key)", at: entry.keyPosition)
                return nil
            }
            let name = "\(kind).\(entry.key)"
            if let objection = objection(toName: entry.key) {
                complaints.add(objection, key: name, at: entry.keyPosition)
            }
            return (entry.key, TableReader(content, name: name, at: entry, complaints))
        }
    }

    // Names become parts of file names, log lines and command lines.
    private func objection(toName name: String) -> Objection? {
        let isPlain = name.utf8.allSatisfy {
            ValueSyntax.isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        if isPlain, (1...40).contains(name.utf8.count), name.first != "-" { return nil }
        return Objection(
            "\(quoted(name)) is not a name.",
            "Use up to 40 letters, digits, \"-\" and \"_\", not beginning with \"-\"."
        )
    }
}

extension TomlEntry {
    /// The entries of this one that are tables.
    fileprivate var tables: [TomlEntry] {
        guard case .table(let entries) = value.content else { return [] }
        return entries.filter { if case .table = $0.value.content { true } else { false } }
    }
}

extension TableReader {
    fileprivate init(
        _ content: [TomlEntry],
        name: String,
        at entry: TomlEntry,
        _ list: ComplaintList
    ) {
        self.init(content, name: name, at: entry.keyPosition, list)
    }
}
