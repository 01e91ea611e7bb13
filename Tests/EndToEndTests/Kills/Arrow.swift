/// An arrow of the state table in ARCHITECTURE.md: the calls that are the transition, or that make
/// durable what must be durable around it.
struct Arrow: Sendable, CustomStringConvertible {
    /// The row of the table it belongs to, as its first column has it.
    let row: String
    /// The ``Scenario`` that goes this way.
    let scenario: String
    /// What the scenario must be seen to do, as ``KillPoint/call`` names it.
    let calls: [String]
    var actor = KillPoint.Actor.daemon

    var description: String { "\(row), \(scenario)" }
}

extension Arrow {
    /// Every arrow of the table.
    static let all = claims + settlements + setAside + commands

    private static let history = ["fsync state/.tmp", "rename state/.tmp state/id", "fsync state"]

    private static func reason(_ folder: String) -> [String] {
        ["fsync \(folder)/.txt", "rename \(folder)/.txt \(folder)/n.txt", "fsync \(folder)"]
    }

    private static let claim = "D → Q claim"
    private static let crossing = "D → C → Q claim from another file system"

    private static let claims = [
        Arrow(
            row: claim,
            scenario: "accepted",
            calls: ["rename drop/name queue/n", "fdatasync queue/n", "fsync queue", "fsync drop"]
        ),
        Arrow(row: claim, scenario: "a long name", calls: history + ["rename drop/name queue/n"]),
        Arrow(
            row: claim,
            scenario: "moved back into the drop folder",
            calls: ["rename drop/n queue/n", "unlink failed/n.txt"] + history
        ),
        Arrow(
            row: crossing,
            scenario: "another file system",
            calls: [
                "rename drop/name claim/n", "fsync claim", "fsync queue/.copy",
                "rename queue/.copy queue/n", "fsync queue", "unlink claim/n",
            ]
        ),
        Arrow(
            row: crossing,
            scenario: "started after a kill in C",
            calls: ["fsync claim", "rename queue/.copy queue/n", "fsync queue", "unlink claim/n"]
        ),
        Arrow(
            row: "D → H truncated",
            scenario: "truncated",
            calls: ["fdatasync drop/name"] + reason("held") + ["rename drop/name held/n"]
        ),
    ]

    private static let deferral = "S → W, Q → W deferral"

    private static let settlements = [
        Arrow(
            row: "Q, W → S begin sending",
            scenario: "accepted",
            calls: ["rename queue/n sending/n", "fsync sending"]
        ),
        Arrow(
            row: "S → A settle",
            scenario: "accepted",
            calls: ["mkdir sent/day", "fsync sent", "rename sending/n day/n", "fsync day"]
        ),
        Arrow(
            row: "S → A settle",
            scenario: "deferred after the dot",
            calls: ["rename sending/n day/n", "unlink state/id"]
        ),
        Arrow(row: "S → A settle", scenario: "in parts", calls: history + ["unlink state/id"]),
        Arrow(
            row: deferral,
            scenario: "deferred after the dot",
            calls: history + ["rename sending/n queue/n", "fsync queue"]
        ),
        Arrow(row: deferral, scenario: "deferred before the content", calls: history),
        Arrow(
            row: deferral,
            scenario: "started after a kill in S",
            calls: history + ["rename sending/n queue/n", "fsync queue"]
        ),
    ]

    private static let failure = "Q, W, S → F fail"

    private static let setAside = [
        Arrow(
            row: failure,
            scenario: "partly refused",
            calls: history + reason("failed") + ["rename sending/n failed/n"]
        ),
        Arrow(
            row: failure,
            scenario: "without recipients",
            calls: ["fdatasync queue/n"] + reason("failed") + ["rename queue/n failed/n"]
        ),
        Arrow(
            row: failure,
            scenario: "deferred, then refused",
            calls: history + reason("failed") + ["rename queue/n failed/n"]
        ),
        Arrow(
            row: "Q, W, S → H hold",
            scenario: "uncertain twice",
            calls: history + reason("held") + ["rename sending/n held/n"]
        ),
        Arrow(
            row: "D → H truncated",
            scenario: "truncated on another file system",
            calls: ["unlink claim/n"] + reason("held")
        ),
    ]

    private static let byPerson = "F, H → W retry, release (a person)"

    private static let commands = [
        Arrow(
            row: byPerson,
            scenario: "partly refused",
            calls: ["rename failed/n queue/n", "unlink failed/n.txt", "fsync queue"],
            actor: .command
        ),
        Arrow(
            row: byPerson,
            scenario: "truncated and released",
            calls: ["rename held/n queue/n", "unlink held/n.txt", "fsync queue"],
            actor: .command
        ),
        Arrow(
            row: "Q, W, S → H hold",
            scenario: "set aside by a person",
            calls: ["rename queue/n held/n", "fsync held"],
            actor: .command
        ),
        Arrow(
            row: "any → gone remove (a person)",
            scenario: "removed by a person",
            calls: ["unlink failed/n", "unlink failed/n.txt", "unlink state/id", "fsync failed"],
            actor: .command
        ),
    ]
}
