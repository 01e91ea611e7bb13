import Delivery
import Testing

@testable import Dashboard
@testable import Operations

@Suite("Is mail flowing?")
struct FlowAnswerTests {
    static let now: Int64 = 1_790_000_000_000_000

    @Test func `yes, while every pickup has a route`() {
        var snapshot = DemoSnapshot.make(now: Self.now)
        snapshot.routes[1].cause = nil
        snapshot.accounts = []
        snapshot.pickups[1].waiting = 0
        snapshot.pickups[1].deferred = 0
        snapshot.pickups[1].route = "m365"
        snapshot.backlog = .about(seconds: 180)
        let answer = FlowAnswer(snapshot, now: Self.now)
        #expect(answer.word == .yes)
        #expect(answer.summary == "Every pickup can send. 13 messages wait, for about 3 min.")
        #expect(answer.obstacles.isEmpty)
    }

    @Test func `partly, with the reason and what to do, while one pickup has none`() throws {
        let answer = FlowAnswer(DemoSnapshot.make(now: Self.now), now: Self.now)
        #expect(answer.word == .partly)
        #expect(
            answer.summary.hasPrefix(
                "1 of 2 pickups cannot send. What was taken in stays queued. 56 messages wait; it is not known until when."
            )
        )
        let obstacle = try #require(answer.obstacles.first)
        #expect(obstacle.subject == "Route scanner")
        #expect(obstacle.sentence.hasPrefix("The server refused the sign-in. Renew the secret. "))
    }

    @Test func `no, while none can send`() {
        var snapshot = DemoSnapshot.make(now: Self.now)
        snapshot.pickups[0].isPaused = true
        let answer = FlowAnswer(snapshot, now: Self.now)
        #expect(answer.word == .no)
        #expect(
            answer.summary.hasPrefix(
                "No pickup can send. What was taken in stays queued and is sent once the cause is gone."
            )
        )
        #expect(
            answer.obstacles.contains {
                $0
                    == .init(
                        subject: "Pickup erp",
                        sentence: "It is paused; to let it go on: postchute resume erp"
                    )
            }
        )
    }

    @Test func `partly, while a pickup waits for a limit of its own or a disk is low`() {
        var snapshot = DemoSnapshot.make(now: Self.now)
        snapshot.routes[1].cause = nil
        snapshot.accounts = []
        snapshot.pickups[1].route = "scanner"
        snapshot.disks = []
        snapshot.pickups[0].messages = .init(
            used: 9,
            limit: 9,
            seconds: 3600,
            roomInSeconds: 600
        )
        let answer = FlowAnswer(snapshot, now: Self.now)
        #expect(answer.word == .partly)
        #expect(answer.summary.hasPrefix("Mail flows, but something needs attention. "))
        let sentence =
            "It has used up its limit of 9 messages in an hour; the rest waits, and there is room"
            + " again in 10 min. \(snapshot.pickups[0].rateAdvice)"
        #expect(answer.obstacles == [.init(subject: "Pickup erp", sentence: sentence)])
        #expect(
            answer.reasons(of: "erp", routes: ["m365"]) == ["It waits. Pickup erp: \(sentence)"]
        )
        #expect(answer.reasons(of: "scans", routes: ["scanner"]) == [])
    }

    @Test func `a message waits for its routes only where all of them have trouble`() {
        let answer = FlowAnswer(DemoSnapshot.make(now: Self.now), now: Self.now)
        #expect(
            answer.reasons(of: "scans", routes: ["scanner"]) == [
                "It waits. Route scanner: The server refused the sign-in. Renew the secret. Postchute"
                    + " looks again in 14 min; to have it look at once: postchute resume --route"
                    + " scanner"
            ]
        )
        #expect(answer.reasons(of: "scans", routes: ["scanner", "m365"]) == [])
    }

    @Test func `an alert of what somebody has dealt with is not open`() {
        var snapshot = DemoSnapshot.make(now: Self.now)
        snapshot.pickups[0].deferred = 0
        snapshot.pickups[0].underWay = 0
        let keys = ["message-failed/erp", "message-held/erp", "possible-duplicate/erp"]
        snapshot.alerts = keys.map {
            OpenAlert(key: $0, since: Self.now, sentence: $0, advice: "", severity: .critical)
        }
        func alerts(_ glance: FolderGlance?) -> [String] {
            var overview = Overview(snapshot: snapshot, now: Self.now)
            overview.glances["erp"] = glance
            return overview.alerts.map(\.key)
        }
        var glance = FolderGlance(failed: 0, held: 0)
        #expect(alerts(glance) == [])
        #expect(alerts(nil) == keys)
        glance.failed = 1
        #expect(alerts(glance) == ["message-failed/erp"])
        glance.held = 1
        #expect(alerts(glance) == keys)
    }

    @Test func `not known, before the first look and after a long silence`() {
        #expect(
            FlowAnswer(nil, now: Self.now).summary
                == "Postchute is starting and has not looked yet. Look again in a moment."
        )
        var snapshot = DemoSnapshot.make(now: Self.now)
        snapshot.takenAt -= 60_000_000
        let answer = FlowAnswer(snapshot, now: Self.now)
        #expect(answer.word == .unknown)
        #expect(
            answer.summary
                == "Delivery has not reported for 61 s: it hangs, or the disk does. The journal says more."
        )
    }
}
