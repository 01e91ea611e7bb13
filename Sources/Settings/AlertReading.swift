internal import Submission

/// One `[alert.NAME]` as read, with what is needed to complain about it later.
struct ReadAlert {
    /// `nil` when something it needs is missing or wrong.
    var settings: AlertChannelSettings?
    var reader: TableReader<AlertKey>
    private var routes: [String] = []
    private var pickups: [String] = []
    private var secret: SecretReference?
    private var caFile: String?
}

extension ReadAlert {
    /// Reads the table; what is faulty is in the reader's complaints.
    init(_ reader: TableReader<AlertKey>, name: String, credentialsDirectory: String?) {
        self.reader = reader
        let kind: AlertMeans.Kind? = reader.choice(.kind)
        let severity: AlertLevel? = reader.choice(.severity)
        let conditions = reader.read(.conditions, AlertKey.conditions.words) ?? []
        pickups = reader.read(.pickups, ValueSyntax.names) ?? []
        guard let kind else { return }
        for key in AlertKey.allCases where reader.has(key) && !key.kinds.contains(kind) {
            reader.complain(key, "has no use with kind = \(quoted(kind.rawValue)).", "Remove it.")
        }
        guard let means = readMeans(kind, credentialsDirectory) else { return }
        var settings = AlertChannelSettings(name: name, means: means)
        severity.map { settings.severity = $0 }
        settings.conditions = Set(conditions.compactMap(AlertCondition.init(rawValue:)))
        settings.pickups = pickups
        self.settings = settings
    }

    private mutating func readMeans(
        _ kind: AlertMeans.Kind,
        _ credentialsDirectory: String?
    ) -> AlertMeans? {
        switch kind {
        case .mail: readMail().map { .mail($0) }
        case .webhook: readWebhook(credentialsDirectory).map { .webhook($0) }
        case .command: readCommand().map { .command($0) }
        }
    }

    private mutating func readMail() -> AlertMail? {
        let routes = needed(.route, ValueSyntax.routes)
        self.routes = routes ?? []
        let from = needed(.from, ValueSyntax.address)
        let to = needed(.to, ValueSyntax.addresses)
        guard let routes, let from, let to else { return nil }
        return AlertMail(routes: routes, from: from, to: to)
    }

    private mutating func readWebhook(_ credentialsDirectory: String?) -> AlertWebhook? {
        let format: AlertWebhook.Format? = reader.choice(.format)
        let hosts = reader.read(.hosts, ValueSyntax.hosts)
        caFile = reader.file(.caFile, credentialsDirectory: credentialsDirectory)?.path
        secret = reader.file(.urlFile, credentialsDirectory: credentialsDirectory)
        if secret == nil { complainMissing(.urlFile) }
        guard let secret, let format else { return nil }
        if hosts == nil, format.hosts.isEmpty { complainMissing(.hosts) }
        var webhook = AlertWebhook(url: secret, format: format)
        hosts.map { webhook.hosts = $0 }
        webhook.caFile = caFile
        reader.flag(.allowLoopback).map { webhook.allowsLoopback = $0 }
        reader.duration(.timeout).map { webhook.timeout = $0 }
        return webhook
    }

    private func readCommand() -> AlertCommand? {
        guard let arguments = needed(.command, ValueSyntax.arguments) else { return nil }
        var command = AlertCommand(arguments: arguments)
        reader.duration(.timeout).map { command.timeout = $0 }
        return command
    }

    private func needed<Value>(
        _ key: AlertKey,
        _ convert: (TomlContent) throws(Objection) -> Value
    ) -> Value? {
        let value = reader.read(key, convert)
        if value == nil { complainMissing(key) }
        return value
    }

    private func complainMissing(_ key: AlertKey) {
        guard reader.isSound(key), !reader.has(key) else { return }
        reader.complain(key, "is missing.", "Add it, for example: \(key.declaration.example)")
    }

    /// What this channel names in the file system.
    var fileUses: [FileUse] {
        [
            reader.use(.urlFile, secret?.path, as: .file(isSecret: true)),
            reader.use(.caFile, caFile, as: .file(isSecret: false)),
        ].compactMap { $0 }
    }

    /// Complains about names that the file does not have.
    func checkNames(pickups known: [String], routes knownRoutes: [String]) {
        check(.pickups, pickups, among: known, "pickup")
        check(.route, routes, among: knownRoutes, "route")
    }

    private func check(
        _ key: AlertKey,
        _ names: [String],
        among known: [String],
        _ table: String
    ) {
        for name in names where !known.contains(name) {
            reader.complain(
                key,
                "\(quoted(name)) is not a \(table) of this file.",
                Suggestion.sentence(for: name, among: known) ?? "Name another."
            )
        }
    }
}

extension ValueSyntax {
    /// One name of a table, or a list of different ones.
    static func names(_ content: TomlContent) throws(Objection) -> [String] {
        try list(content, of: "a name", text)
    }

    /// An absolute path of a program, then its arguments, which may be empty.
    static func arguments(_ content: TomlContent) throws(Objection) -> [String] {
        let advice = #"Write it as ["/usr/local/bin/page", "--team", "mail"]."#
        guard case .array(let values) = content, !values.isEmpty else {
            throw Objection("must be a list of a program and its arguments.", advice)
        }
        var arguments: [String] = []
        for value in values {
            guard case .text(let text) = value.content, !text.utf8.contains(0) else {
                throw Objection("must list texts in quotes, not \(value.content.phrase).", advice)
            }
            arguments.append(text)
        }
        guard arguments[0].hasPrefix("/"), arguments[0].count > 1 else {
            throw Objection(
                "\(quoted(arguments[0])) is not the absolute path of a program.",
                "Begin it with a slash: no shell looks for it."
            )
        }
        return arguments
    }
}
