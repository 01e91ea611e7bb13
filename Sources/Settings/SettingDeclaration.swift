/// A key of one table; each case is declared once, and everything else derives from it.
///
/// The raw value is the key as the file spells it.
protocol SettingKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The table the key belongs to.
    static var table: SettingTable { get }
    /// Everything there is to know about the key.
    var declaration: SettingDeclaration { get }
}

/// The tables of a settings file.
enum SettingTable: String, Hashable, Sendable, CaseIterable {
    case general, pickup, route, identity, network, state, disk, ledger, log, retention
    case alerts, alert, http

    /// Whether a file holds several of them, each with a name.
    var isNamed: Bool {
        switch self {
        case .pickup, .route, .identity, .alert: true
        case .general, .network, .state, .disk, .ledger, .log, .retention, .alerts, .http: false
        }
    }

    /// The table's head as a file has it.
    var head: String {
        if self == .general { return "the top of the file" }
        return isNamed ? "[\(rawValue).NAME]" : "[\(rawValue)]"
    }

    /// Every key with its declaration, in the order of the documentation.
    var settings: [(key: String, declaration: SettingDeclaration)] {
        switch self {
        case .general: Self.settings(GeneralKey.self)
        case .pickup: Self.settings(PickupKey.self)
        case .route: Self.settings(RouteKey.self)
        case .identity: Self.settings(IdentityKey.self)
        case .network: Self.settings(NetworkKey.self)
        case .state: Self.settings(StateKey.self)
        case .disk: Self.settings(DiskKey.self)
        case .ledger: Self.settings(LedgerKey.self)
        case .log: Self.settings(LogKey.self)
        case .retention: Self.settings(RetentionKey.self)
        case .alerts: Self.settings(AlertsKey.self)
        case .alert: Self.settings(AlertKey.self)
        case .http: Self.settings(HTTPKey.self)
        }
    }

    private static func settings<Key: SettingKey>(
        _ keys: Key.Type
    ) -> [(key: String, declaration: SettingDeclaration)] {
        keys.allCases.map { ($0.rawValue, $0.declaration) }
    }
}

/// One setting: how it is written, what holds without it, what it does.
struct SettingDeclaration: Sendable {
    /// The values a file may give.
    var form: SettingForm
    /// What holds when a file gives none.
    var absence: SettingAbsence
    /// What it does, in one sentence.
    var sentence: String
    /// What surprises: how it acts together with others; empty when nothing does.
    var remark: String
    /// A value as the file would have it.
    var example: String

    init(
        _ form: SettingForm,
        _ absence: SettingAbsence,
        _ sentence: String,
        remark: String = "",
        example: String
    ) {
        self.form = form
        self.absence = absence
        self.sentence = sentence
        self.remark = remark
        self.example = example
    }

    /// Whether the value leads to a secret; complaints then never quote it.
    var isSecret: Bool {
        switch form {
        case .file(isSecret: true), .files(isSecret: true): true
        default: false
        }
    }
}

/// What holds when a file does not give a setting.
enum SettingAbsence: Sendable {
    /// The file must give it.
    case required
    /// A value as if the file had given it.
    case value(SettingLiteral)
    /// No value; the phrase says what that means.
    case phrase(String)
}

/// A value inside a declaration.
enum SettingLiteral: Hashable, Sendable, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    case text(String)
    case integer(Int64)
    case flag(Bool)

    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }

    /// The value as the parser would return it.
    var content: TomlContent {
        switch self {
        case .text(let text): .text(text)
        case .integer(let number): .integer(number)
        case .flag(let flag): .flag(flag)
        }
    }

    /// The value as a file would have it.
    var toml: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .integer(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }
}

/// How a value is written.
enum SettingForm: Sendable {
    /// One of some words.
    case choice([String])
    case flag
    case count(ClosedRange<Int>)
    case duration(ClosedRange<Duration>)
    /// A time, or `"forever"`.
    case keeping(ClosedRange<Duration>)
    /// `"unlimited"` or a number per unit of time.
    case rate
    /// An absolute path of a folder.
    case folder
    /// An absolute path of a file, or `credential:NAME`.
    case file(isSecret: Bool)
    /// One file or a list of them.
    case files(isSecret: Bool)
    /// One route name or a list of them.
    case routes
    /// The words of ``Readiness``.
    case readiness
    case host
    /// A host name or an address literal, as EHLO takes it (RFC 5321 §4.1.1.1).
    case ehloName
    case ipAddress
    /// A SHA-256 digest in hexadecimal.
    case fingerprint
    /// Text without controls, such as a user or a group.
    case word
    case address
    /// An address, or ``SignInSettings/eachAuthor``.
    case mailbox
    /// One address or a list of them.
    case addresses
    /// One entry of a list of allowed addresses, or the list.
    case patterns
    case domain
    /// Some of these words.
    case words([String])
    /// An amount of data in octets.
    case size(ClosedRange<Int>)
    /// `"keep"` or `"replace"`; with documents an address with places.
    case sender
    /// Addresses with or without names, with places; one or a list.
    case mailboxes
    /// Text with places.
    case template
    /// Names of types of documents.
    case documentTypes
    /// A share in percent, or an amount.
    case share(ValueSyntax.ShareUnit)
    /// The name of a time zone.
    case timeZone
    /// The id of an application.
    case guid
    /// A directory's id or one of its domains.
    case tenant
    /// `"system"` or the id of an application.
    case managedIdentity
    /// A day of the calendar.
    case date
    /// The address of a service that speaks HTTPS.
    case serviceURL
    /// A host that issues tokens.
    case authority
    /// The address of a proxy, or `"none"`.
    case proxy
    /// One host or domain, or a list of them.
    case hosts
    /// One domain or a list of them.
    case domains
    /// One name of a table or a list of them.
    case names
    /// A program and its arguments.
    case arguments
    /// An IP address with a port, or a socket's path.
    case listen

    /// The words of an enumeration.
    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ choices: Choice.Type
    ) -> Self {
        .choice(choices.allCases.map(\.rawValue))
    }
}
