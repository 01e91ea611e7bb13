internal import Settings

/// Reads a tenant file: TOML in, a ``Rehearsal`` or every complaint out.
struct TenantFile {
    var rehearsal = Rehearsal()
    private let complaints: TenantComplaints
    /// The folder that relative paths begin at, with its slash; empty for the current one.
    let folder: String

    private init(file: String) {
        complaints = TenantComplaints(file: file)
        let slash = file.utf8.lastIndex(of: UInt8(ascii: "/"))
        folder = slash.map { String(file[...$0]) } ?? ""
    }
}

extension Rehearsal {
    /// Reads a tenant file from its text; looks at nothing else.
    ///
    /// - Throws: Every complaint there is, in the order of the lines.
    package static func parse(
        _ octets: [UInt8],
        file: String
    ) throws(TenantFileErrors) -> Rehearsal {
        try TenantFile.parse(octets, file: file)
    }
}

extension TenantFile {
    fileprivate static func parse(
        _ octets: [UInt8],
        file: String
    ) throws(TenantFileErrors) -> Rehearsal {
        var reading = TenantFile(file: file)
        do throws(TomlFault) {
            reading.read(try TomlDocument.parse(octets))
        } catch {
            reading.complaints.add(error.objection, key: "", at: error.position)
        }
        guard !reading.complaints.errors.isEmpty else { return reading.rehearsal }
        throw TenantFileErrors(
            reading.complaints.errors.sorted { left, right in
                (left.line ?? 0, left.column ?? 0) < (right.line ?? 0, right.column ?? 0)
            }
        )
    }

    private mutating func read(_ root: [TomlEntry]) {
        let tables = tables(in: root)
        // In this order, since later tables name things of earlier ones.
        for table in TenantTable.allCases {
            for entry in tables[table] ?? [] { read(entry, of: table) }
        }
        guard rehearsal.organisations.isEmpty, complaints.errors.isEmpty else { return }
        complaints.add(
            Objection("has no tenant.", "Begin with [tenant.contoso], its id and its domains."),
            key: "",
            at: nil
        )
    }

    /// The tables of each kind; `[limits]` counts as one without a name.
    private func tables(in root: [TomlEntry]) -> [TenantTable: [TomlEntry]] {
        var tables: [TenantTable: [TomlEntry]] = [:]
        for entry in root {
            guard let table = TenantTable(rawValue: entry.key) else {
                if entry.key == "pickup" || entry.key == "route" {
                    add(
                        "belongs to the settings of the daemon; this must be a tenant file.",
                        to: entry
                    )
                    continue
                }
                let heads = TenantTable.allCases.map(\.head).joined(separator: ", ")
                add("is not a table of this file; the tables are \(heads).", to: entry)
                continue
            }
            guard case .table(let children) = entry.value.content else {
                add("must be a table, not \(entry.value.content.phrase).", to: entry)
                continue
            }
            tables[table] = table == .limits ? [entry] : children
        }
        return tables
    }

    private func add(_ sentence: String, to entry: TomlEntry, under table: TenantTable? = nil) {
        let path = [table?.rawValue, entry.key].compactMap { $0 }.joined(separator: ".")
        complaints.add(Objection(sentence), key: path, at: entry.keyPosition)
    }

    private mutating func read(_ entry: TomlEntry, of table: TenantTable) {
        guard case .table(let content) = entry.value.content else {
            return add(
                "must be a table, not \(entry.value.content.phrase).",
                to: entry,
                under: table
            )
        }
        switch table {
        case .tenant: readOrganisation(reader(content, entry))
        case .mailbox: readMailbox(reader(content, entry))
        case .hve: readHighVolumeAccount(reader(content, entry))
        case .acs: readEmailResource(reader(content, entry))
        case .application: readApplication(reader(content, entry))
        case .connector: readConnector(reader(content, entry))
        case .limits:
            readLimits(
                TenantTableReader(content, name: "", at: entry.keyPosition, complaints)
            )
        }
    }

    private func reader<Key: TenantKey>(
        _ content: [TomlEntry],
        _ entry: TomlEntry
    ) -> TenantTableReader<Key> {
        TenantTableReader(content, name: entry.key, at: entry.keyPosition, complaints)
    }
}
