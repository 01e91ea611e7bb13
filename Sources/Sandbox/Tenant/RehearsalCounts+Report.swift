internal import SafeText

extension RehearsalCounts {
    /// The counts as a JSON object, for tests and scripts (RFC 8259).
    package var json: String {
        let members = [
            ("accounts", Self.object(accounts.mapValues(\.json))),
            (
                "mostExternalRecipientsPerDay",
                Self.object(mostExternalRecipientsPerDay.mapValues { "\($0)" })
            ),
            (
                "violations",
                Self.object(
                    Dictionary(
                        uniqueKeysWithValues: Limit.allCases.map {
                            ($0.rawValue, "\(violations[$0] ?? 0)")
                        }
                    )
                )
            ),
        ]
        let lines = members.map { "  \(SafeText.jsonString($0.0)): \($0.1)" }
        return "{\n\(lines.joined(separator: ",\n"))\n}\n"
    }

    /// The counts in sentences, one for each account and each limit that somebody ran into.
    package var lines: [String] {
        let accountLines = accounts.sorted { $0.key < $1.key }.map { name, account in
            "\(name): \(account.accepted) of \(account.submitted) messages accepted;"
                + " at most \(account.mostMessagesPerMinute) in a minute,"
                + " \(account.mostSessions) sessions at once,"
                + " \(account.mostRecipientsPerDay) recipients in a day"
        }
        let organisationLines = mostExternalRecipientsPerDay.sorted { $0.key < $1.key }.map {
            "\($0.key): at most \($0.value) external recipients in a day"
        }
        let violationLines = Limit.allCases.compactMap { limit in
            violations[limit].map { "the limit \(limit.rawValue) was run into \($0) times" }
        }
        return accountLines + organisationLines + violationLines
    }

    fileprivate static func object(_ members: [String: String]) -> String {
        let members = members.sorted { $0.key < $1.key }.map {
            "\(SafeText.jsonString($0.key)): \($0.value)"
        }
        return "{\(members.joined(separator: ", "))}"
    }
}

extension RehearsalCounts.Account {
    /// The members of one account's object, in the order of the documentation.
    package var members: [(name: String, value: Int, meaning: String)] {
        [
            ("submitted", submitted, "messages whose content arrived, accepted or not"),
            ("accepted", accepted, "messages accepted"),
            ("recipients", recipients, "recipients of accepted messages"),
            ("mostMessagesPerMinute", mostMessagesPerMinute, "most submitted in any 60 seconds"),
            ("mostMessagesPerHour", mostMessagesPerHour, "most submitted in any hour"),
            ("mostSessions", mostSessions, "most sessions at once"),
            (
                "mostRecipientsPerDay", mostRecipientsPerDay,
                "most recipients of accepted messages in any 24 hours"
            ),
        ]
    }

    fileprivate var json: String {
        "{\(members.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", "))}"
    }
}
