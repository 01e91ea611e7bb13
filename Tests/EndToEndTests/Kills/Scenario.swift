import TestSupport
import Testing

/// Messages, a server that treats them in some way, and where they are in the end.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// A file that is dropped.
    struct Letter: Sendable {
        /// Its subject, and its file name where that is not said.
        let subject: String
        var name: String?
        /// The addresses in `To:`; empty is a message without recipients.
        var to = "b@example.org"
        /// Whether its header does not end.
        var isTruncated = false
        var end = MessageEnd.sent
    }

    let name: String
    var letters: [Letter]
    var plan = RelayPlan()
    /// Whether the spool lies on another file system than the drop folder.
    var isOnOtherDisk = false
    /// What a person does with what was not sent.
    var habit = Attendant.Habit.retries
    /// Kills that prepare what the scenario begins with, each of a daemon of its own.
    var earlier: [KillPoint] = []

    var testDescription: String { name }
}

extension Scenario {
    /// Every way a message can go, so that each arrow is met by one of them.
    static let all: [Scenario] = [
        Scenario(name: "accepted", letters: [Letter(subject: "plain")]),
        Scenario(
            name: "a long name",
            letters: [Letter(subject: "long", name: String(repeating: "n", count: 246) + ".eml")]
        ),
        Scenario(
            name: "deferred after the dot",
            letters: [Letter(subject: "dot", to: "once.451-4.7.0@fault.test")]
        ),
        Scenario(
            name: "deferred before the content",
            letters: [Letter(subject: "rcpt", to: "once.rcpt.451-4.7.0@fault.test")]
        ),
        Scenario(
            name: "partly deferred",
            letters: [Letter(subject: "part", to: "b@example.org, once.rcpt.451-4.7.0@fault.test")]
        ),
        Scenario(
            name: "partly refused",
            letters: [Letter(subject: "half", to: "b@example.org, once.rcpt.550-5.1.1@fault.test")]
        ),
        Scenario(
            name: "refused after the dot",
            letters: [Letter(subject: "no", to: "dot.554-5.6.0@fault.test", end: .failed)]
        ),
        Scenario(
            name: "without recipients",
            letters: [Letter(subject: "nobody", to: "", end: .failed)]
        ),
        deferredThenRefused, removed, setAside,
        Scenario(
            name: "moved back into the drop folder",
            letters: [Letter(subject: "back", to: "b@example.org, once.rcpt.550-5.1.1@fault.test")],
            habit: .movesBack
        ),
        uncertainTwice, inParts,
        Scenario(
            name: "truncated",
            letters: [Letter(subject: "cut", isTruncated: true, end: .held)]
        ),
        Scenario(
            name: "truncated and released",
            letters: [Letter(subject: "released", isTruncated: true)]
        ),
        Scenario(
            name: "another file system",
            letters: [Letter(subject: "far")],
            isOnOtherDisk: true
        ),
        Scenario(
            name: "truncated on another file system",
            letters: [Letter(subject: "far cut", isTruncated: true, end: .held)],
            isOnOtherDisk: true
        ),
        Scenario(
            name: "started after a kill in S",
            letters: [Letter(subject: "again")],
            earlier: [KillPoint(call: "fsync sending", moment: .after)]
        ),
        Scenario(
            name: "started after a kill in C",
            letters: [Letter(subject: "far again")],
            isOnOtherDisk: true,
            earlier: [KillPoint(call: "fsync queue/.copy")]
        ),
        several,
    ]

    private static var deferredThenRefused: Scenario {
        var plan = RelayPlan()
        plan.script = """
            at RCPT to late@example.org reply "451 4.7.0 Temporary server error." times 1
            at RCPT to late@example.org reply "550 5.1.1 No such user."
            """
        return Scenario(
            name: "deferred, then refused",
            letters: [Letter(subject: "late", to: "late@example.org", end: .failed)],
            plan: plan
        )
    }

    private static var removed: Scenario {
        Scenario(
            name: "removed by a person",
            letters: [Letter(subject: "away", to: "dot.554-5.6.0@fault.test", end: .gone)]
        )
    }

    private static var setAside: Scenario {
        var plan = RelayPlan()
        plan.route = ["retry_first = '1h'", "retry_maximum = '1h'"]
        return Scenario(
            name: "set aside by a person",
            letters: [Letter(subject: "aside", to: "once.rcpt.451-4.7.0@fault.test")],
            plan: plan,
            habit: .setsAside
        )
    }

    private static var uncertainTwice: Scenario {
        var plan = RelayPlan()
        plan.script = "at dot to unsure@example.org close times 2"
        return Scenario(
            name: "uncertain twice",
            letters: [Letter(subject: "unsure", to: "unsure@example.org")],
            plan: plan
        )
    }

    private static var inParts: Scenario {
        var plan = RelayPlan()
        plan.route = ["max_recipients = 2"]
        let to = (1...5).map { "r\($0)@example.org" }.joined(separator: ", ")
        return Scenario(name: "in parts", letters: [Letter(subject: "parts", to: to)], plan: plan)
    }

    private static var several: Scenario {
        var plan = RelayPlan()
        plan.route = ["connections = 3"]
        var letters = (1...6).map { Letter(subject: "crowd \($0)") }
        letters[1].to = "b@example.org, once.rcpt.550-5.1.1@fault.test"
        letters[3].to = "once.451-4.7.0@fault.test"
        letters[4].to = "dot.554-5.6.0@fault.test"
        letters[4].end = .failed
        return Scenario(name: "several at once", letters: letters, plan: plan)
    }
}
