/// A key of one table of a tenant file; each case is declared once, for the reader and for
/// `docs/sandbox.md`.
protocol TenantKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The table the key belongs to.
    static var table: TenantTable { get }
    /// How it is written, what holds without it, what it says.
    var declaration: TenantKeyDeclaration { get }
}

/// The tables of a tenant file.
package enum TenantTable: String, Hashable, Sendable, CaseIterable {
    case tenant, mailbox, application, hve, acs, connector, limits

    /// The table's head as a file has it.
    package var head: String {
        switch self {
        case .tenant: "[tenant.NAME]"
        case .mailbox: "[mailbox.\"ADDRESS\"]"
        case .hve: "[hve.\"ADDRESS\"]"
        case .acs: "[acs.NAME]"
        case .application: "[application.NAME]"
        case .connector: "[connector.NAME]"
        case .limits: "[limits]"
        }
    }

    /// Every key with its declaration, in the order of the documentation.
    package var keys: [(key: String, declaration: TenantKeyDeclaration)] {
        switch self {
        case .tenant: Self.keys(OrganisationKey.self)
        case .mailbox: Self.keys(MailboxKey.self)
        case .hve: Self.keys(HighVolumeKey.self)
        case .acs: Self.keys(EmailResourceKey.self)
        case .application: Self.keys(ApplicationKey.self)
        case .connector: Self.keys(ConnectorKey.self)
        case .limits: Self.keys(LimitKey.self)
        }
    }

    private static func keys<Key: TenantKey>(
        _ keys: Key.Type
    ) -> [(key: String, declaration: TenantKeyDeclaration)] {
        keys.allCases.map { ($0.rawValue, $0.declaration) }
    }
}

/// What there is to know about a key.
package struct TenantKeyDeclaration: Hashable, Sendable {
    /// How the value is written, with an example where words do not do.
    package let form: String
    /// What holds without it.
    package let absence: String
    /// What it says, in one sentence.
    package let sentence: String

    init(_ form: String, _ absence: String, _ sentence: String) {
        self.form = form
        self.absence = absence
        self.sentence = sentence
    }
}
