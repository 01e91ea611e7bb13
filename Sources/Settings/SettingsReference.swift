internal import Documents

/// The reference page `docs/settings.md`, rendered from the declarations.
package enum SettingsReference {
    /// Returns the page as Markdown.
    package static func markdown() -> String {
        let sections = SettingTable.allCases.map { table in
            table == .route ? section(table) + "\n" + ServiceReference.markdown() : section(table)
        }
        return ([introduction] + sections).joined(separator: "\n")
    }

    private static let introduction = """
        # Settings

        <!-- Rendered from Sources/Settings; a test compares. To change it, change a declaration. -->

        One TOML file holds every setting: `/etc/postchute/postchute.toml`, or the one named by
        `--config`. `postchute check` reads it and lists everything that is wrong, each with its line
        and what would be right; the daemon starts only with a file without complaints.

        | form | how it is written |
        |---|---|
        | time | a whole number and a unit: `"500 ms"`, `"30 s"`, `"15 min"`, `"12 h"`, `"2 d"` |
        | rate | `"unlimited"`, or a number for each second, minute or hour: `"5/s"`, `"30/min"` |
        | size | a whole number and a unit of 1024: `"500 KB"`, `"35 MB"`, `"1 GB"` |
        | folder | an absolute path without `.` and `..` |
        | file | an absolute path, or `credential:NAME` for a credential of the systemd unit |
        | secret file | as file; it must not be open to every user of the host |

        A secret never stands in this file, only the path of the file that holds it.

        """

    private static func section(_ table: SettingTable) -> String {
        var lines = [
            table == .general ? "## At the top" : "## `\(table.head)`", "", table.introduction, "",
        ]
        lines += ["| setting | form | without it |", "|---|---|---|"]
        for (key, declaration) in table.settings {
            let preset = table == .route && ServiceReference.presets(key) ? "; preset" : ""
            let cells = "\(declaration.form.phrase) | \(absence(declaration))\(preset)"
            lines.append("| [`\(key)`](#\(anchor(table, key))) | \(cells) |")
        }
        for (key, declaration) in table.settings {
            lines += entry(table, key, declaration)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func entry(
        _ table: SettingTable,
        _ key: String,
        _ declaration: SettingDeclaration
    ) -> [String] {
        var lines = ["", "### `\(table.rawValue)` `\(key)`", "", declaration.sentence]
        if !declaration.remark.isEmpty { lines += ["", declaration.remark] }
        return lines + ["", "```toml", declaration.example, "```"]
    }

    /// The address GitHub and GitLab give to the heading of a setting.
    private static func anchor(_ table: SettingTable, _ key: String) -> String {
        "\(table.rawValue)-\(key)"
    }

    private static func absence(_ declaration: SettingDeclaration) -> String {
        switch declaration.absence {
        case .required: "must be given"
        case .value(let literal): "`\(literal.toml)`"
        case .phrase(let phrase): phrase
        }
    }
}

extension SettingTable {
    /// What the table is for.
    fileprivate var introduction: String {
        switch self {
        case .pickup: "A watched folder and its rules. NAME is yours to choose; log lines carry it."
        case .route:
            """
            A server, an account and its limits. NAME is what `route` of a pickup says. *Preset* means \
            that the [service](#what-a-service-presets) may decide.
            """
        case .identity:
            """
            An application, or a person, that a tenant lets send. NAME is what `identity` of a route \
            says. It has one credential: `certificate`, `client_secret_file`, `federated_token_file`, \
            `managed_identity` or `device_login`.
            """
        case .network: "How the hosts that issue tokens and Microsoft Graph are reached."
        case .state: "Where the daemon remembers what must survive a restart."
        case .disk:
            "How much is kept free on the disks of spools, state and texts for writers."
        case .ledger:
            """
            The record of what happened to every message, in `ledger.sqlite` of the state directory.
            """
        case .log: "What is written to standard error."
        case .retention:
            "How long settled messages stay in their folders; `held/` is never emptied."
        case .general: "Settings that stand above every table."
        case .alerts:
            "When people are told of what needs them; [docs/alerts.md](alerts.md) lists the conditions."
        case .alert:
            """
            A way to tell people. NAME is yours to choose; `postchute alert --test NAME` tries it. Which \
            keys it has depends on `kind`.
            """
        case .http:
            """
            The dashboard, and what monitoring asks; without this table nothing listens. Who may sign \
            in is not said here: `postchute token` makes the tokens. [More](dashboard.md).
            """
        }
    }
}

extension SettingForm {
    /// How a value is written, for a cell of a table.
    fileprivate var phrase: String {
        switch self {
        case .choice(let words): words.map { "`\"\($0)\"`" }.joined(separator: ", ")
        case .flag: "`true`, `false`"
        case .count(let range): "number, \(range.lowerBound) to \(range.upperBound)"
        case .duration(let range):
            "time, \(ValueSyntax.phrase(range.lowerBound)) to \(ValueSyntax.phrase(range.upperBound))"
        case .rate: "rate"
        case .keeping(let range):
            "time, \(ValueSyntax.phrase(range.lowerBound)) to "
                + "\(ValueSyntax.phrase(range.upperBound)), or `\"forever\"`"
        case .folder: "folder"
        case .file(isSecret: false): "file"
        case .file(isSecret: true): "secret file"
        case .routes: "name, or list of names"
        case .readiness: "`\"closed\"`, `\"renamed\"`, `\"marker:SUFFIX\"`"
        case .host: "host name or IP address"
        case .ehloName: "host name or `[address]`"
        case .ipAddress: "IP address"
        case .fingerprint: "64 hexadecimal digits, colons allowed"
        case .word: "text"
        case .address: "mail address"
        case .mailbox: "mail address, `\"{from}\"`"
        case .addresses: "mail address, or list of them"
        case .patterns: "address, domain or `*.domain`, or list of them"
        case .domain: "domain"
        case .words(let words): "list of " + words.map { "`\"\($0)\"`" }.joined(separator: ", ")
        case .size(let range):
            "size, \(ValueSyntax.phrase(range.lowerBound)) to \(ValueSyntax.phrase(range.upperBound))"
        case .share(.size): "share `\"5 %\"`, or size"
        case .share(.count): "share `\"2 %\"`, or a number in quotes"
        case .sender: "`\"keep\"`, `\"replace\"`; with documents an address, places allowed"
        case .mailboxes: "address, or list of addresses, places allowed"
        case .template: "text, places allowed"
        case .documentTypes:
            "list of " + DocumentType.all.map { "`\"\($0.name)\"`" }.joined(separator: ", ")
        case .timeZone: "name of a time zone"
        case .files(isSecret: false): "file, or list of files"
        case .files(isSecret: true): "secret file, or list of them"
        case .guid: "id: 8-4-4-4-12 hexadecimal digits"
        case .tenant: "id or domain"
        case .managedIdentity: "`\"system\"` or id"
        case .date: "day: `2027-03-31`"
        case .serviceURL: "address: `\"https://HOST\"`"
        case .authority: "host name"
        case .proxy: "`\"http://HOST:PORT\"`, `\"none\"`"
        case .hosts: "host or domain, or list of them"
        case .domains: "domain, or list of them"
        case .names: "name, or list of names"
        case .arguments: "list of texts: a program and its arguments"
        case .listen: "`\"ADDRESS:PORT\"`, `\"unix:PATH\"`"
        }
    }
}
