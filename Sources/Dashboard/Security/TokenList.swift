internal import Delivery
internal import Operations
internal import SafeText

/// The tokens as a command prints them.
package enum TokenList {
    /// For people.
    package static func table(_ tokens: [DashboardToken]) -> [String] {
        if tokens.isEmpty { return ["There are no tokens: postchute token add NAME"] }
        var table = TextTable([
            .init(heading: "NAME"), .init(heading: "ROLE"), .init(heading: "MADE"),
        ])
        for token in tokens { table.add([token.name, token.role.rawValue, made(token)]) }
        return table.lines
    }

    /// For programs: a list of objects.
    package static func json(_ tokens: [DashboardToken]) -> [String] {
        let lines = tokens.map { token in
            let values = [
                ("name", token.name), ("role", token.role.rawValue), ("made", made(token)),
            ]
            let members = values.map { "\"\($0)\": \(SafeText.jsonString($1))" }
            return "  {\(members.joined(separator: ", "))}"
        }
        return lines.isEmpty ? ["[]"] : ["["] + separated(lines) + ["]"]
    }

    private static func separated(_ lines: [String]) -> [String] {
        lines.dropLast().map { "\($0)," } + lines.suffix(1)
    }

    private static func made(_ token: DashboardToken) -> String {
        let (microseconds, isOdd) = token.created.multipliedReportingOverflow(by: 1_000_000)
        return isOdd ? "unknown" : Readable.timestamp(microseconds)
    }
}
