import Delivery
import Testing

@testable import Dashboard

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
