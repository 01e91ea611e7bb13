import Spool
import Testing

@testable import Operations

@Suite("Message verb")
struct MessageVerbTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let verb: MessageVerb
        let place: SpoolFolder
        var wasTried = true
        var hasDaemon = true
        let plan: VerbPlan

        var testDescription: String { "\(verb) in \(place), tried: \(wasTried), \(hasDaemon)" }
    }

    static let onTheWire = VerbPlan.refuse(
        "is being sent right now, and nobody can call it back; try again in a minute.",
        .tryLater
    )
    static let uncertain = VerbPlan.refuse(
        "was being sent when Postchute ended, and may have been accepted; start Postchute, which "
            + "settles it as when_uncertain says.",
        .tryLater
    )
    static let day = SpoolFolder.sent(day: "2026-11-23")

    static let rows: [Row] =
        MessageVerb.allCases.flatMap { verb in
            [
                Row(verb: verb, place: .sending, plan: onTheWire),
                Row(verb: verb, place: .sending, hasDaemon: false, plan: uncertain),
                Row(verb: verb, place: .state, plan: .refuse("is no message.", .data)),
            ]
        } + [
            Row(
                verb: .retry,
                place: .failed,
                plan: .act(.toQueue, "is back in the queue, due at once.")
            ),
            Row(verb: .retry, place: .queue, plan: .act(.toQueue, "is due at once.")),
            Row(
                verb: .retry,
                place: .queue,
                wasTried: false,
                plan: .nothing("waits for its first attempt already.")
            ),
            Row(
                verb: .retry,
                place: .held,
                plan: .refuse("is set aside; to send it: postchute release ID", .data)
            ),
            Row(
                verb: .retry,
                place: day,
                plan: .refuse(
                    "was accepted on 2026-11-23; to send it again, copy its file to the drop "
                        + "folder.",
                    .data
                )
            ),
            Row(
                verb: .hold,
                place: .queue,
                plan: .act(.toHeld, "is set aside; to send it: postchute release ID")
            ),
            Row(
                verb: .hold,
                place: .failed,
                plan: .act(.toHeld, "is set aside; to send it: postchute release ID")
            ),
            Row(verb: .hold, place: .held, plan: .nothing("is set aside already.")),
            Row(
                verb: .hold,
                place: day,
                plan: .refuse("was accepted on 2026-11-23; there is nothing left to hold.", .data)
            ),
            Row(
                verb: .release,
                place: .held,
                plan: .act(.toQueue, "is back in the queue, due at once.")
            ),
            Row(verb: .release, place: .queue, plan: .nothing("is in the queue already.")),
            Row(
                verb: .release,
                place: .failed,
                plan: .refuse("failed; to send it again: postchute retry ID", .data)
            ),
            Row(
                verb: .release,
                place: day,
                plan: .refuse(
                    "was accepted on 2026-11-23; to send it again, copy its file to the drop "
                        + "folder.",
                    .data
                )
            ),
            Row(verb: .remove, place: .queue, plan: .act(.delete, "is removed.")),
            Row(verb: .remove, place: .failed, plan: .act(.delete, "is removed.")),
            Row(verb: .remove, place: .held, plan: .act(.delete, "is removed.")),
            Row(
                verb: .remove,
                place: day,
                plan: .act(
                    .delete,
                    "is removed; the server accepted it on 2026-11-23 and keeps its copy."
                )
            ),
        ]

    @Test(arguments: rows)
    func `a verb comes down to one plan for each folder`(row: Row) {
        let plan = row.verb.plan(
            for: row.place,
            wasTried: row.wasTried,
            hasDaemon: row.hasDaemon,
            name: "ID"
        )
        #expect(plan == row.plan)
    }
}
