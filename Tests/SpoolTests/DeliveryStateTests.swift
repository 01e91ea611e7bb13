import Testing

@testable import Spool

@Suite("Delivery state")
struct DeliveryStateTests {
    private func example() -> DeliveryState {
        let original = FileName(unchecked: [0xFF, 0x0A, 0x20, 0x25, 0x80])
        var state = DeliveryState(id: .example, originalName: original)
        let digest = Array<UInt8>(0..<32)
        state.identity = FileIdentity(device: .max, inode: 7, born: 9, size: 5, digest: digest)
        for number in 0..<3 {
            state.attempts.append(record(Int64(number)))
        }
        state.uncertainCount = 1
        state.nextAttempt = 1_795_428_930_123_456
        state.waited = 42
        state.recipients = [
            RecipientRecord(address: "a@example.com", outcome: .accepted(reply: "250 2.1.5 OK")),
            RecipientRecord(address: "\"b c\"@example.com", outcome: .pending),
            RecipientRecord(address: "", outcome: .refused(reply: "550-5.1.1 no\n550 such user %")),
        ]
        state.lastReply = "451-4.7.0 bücher\n451 \u{202E}later"
        return state
    }

    private func record(_ started: Int64) -> AttemptRecord {
        AttemptRecord(
            started: started,
            duration: 5,
            outcome: .failed,
            route: "m365",
            peer: "-",
            detail: "timeout while waiting"
        )
    }

    @Test func `every octet comes back`() throws {
        let state = example()
        let read = try StateFormat.decode(StateFormat.encode(state), nextAttempt: state.nextAttempt)
        #expect(read == state)
    }

    @Test func `that a message was tried once more comes back`() throws {
        var state = example()
        state.wasOnceMore = true
        let read = try StateFormat.decode(StateFormat.encode(state), nextAttempt: state.nextAttempt)
        #expect(read == state)
    }

    @Test func `a state without history comes back`() throws {
        let state = DeliveryState(id: .example, originalName: FileName("-")!)
        #expect(try StateFormat.decode(StateFormat.encode(state), nextAttempt: 0) == state)
    }

    @Test func `a person can read it`() {
        var state = DeliveryState(id: .example, originalName: FileName("invoice march.eml")!)
        state.recipients = [RecipientRecord(address: "a@b.c", outcome: .accepted(reply: "250 OK"))]
        #expect(
            String(decoding: StateFormat.encode(state), as: UTF8.self) == """
                postchute-state 1
                id 20261123T101530123456-7h3k9q2mzx4wp
                original invoice%20march.eml
                uncertain 0
                waited 0
                reply -
                attempts 0
                recipient accepted a@b.c 250%20OK
                end

                """
        )
    }

    @Test func `a file cut anywhere is an error and never a shorter history`() {
        let whole = StateFormat.encode(example())
        for length in 0..<whole.count {
            #expect(throws: StateDefect.self) {
                try StateFormat.decode(Array(whole.prefix(length)), nextAttempt: 0)
            }
        }
    }

    @Test(arguments: [
        (
            "postchute-state 1", "postchute-state 2",
            "line 1 names a version this postchute cannot read"
        ),
        ("postchute-state 1", "{}", "line 1 is not a state file"),
        ("uncertain 1", "uncertain 99999999999999999999", "line 5 has a number out of range"),
        ("uncertain 1", "uncertain -1", "line 5 has a number out of range"),
        ("uncertain 1", "surprise 1", "line 5 has an unknown form"),
        ("uncertain 1\n", "", "a line is missing"),
        ("attempts 3", "attempts 2", "a line is missing"),
        ("attempts 3", "attempts 9000000000000000000", "a line is missing"),
        ("recipient pending", "recipient maybe", "line 13 has an unknown outcome"),
        ("b%20c", "b%2", "line 13 has a broken escape"),
        ("end\n", "end\nend\n", "line 16 follows the end"),
    ])
    func `a broken line is named`(_ old: String, _ new: String, _ reason: String) throws {
        let text = String(decoding: StateFormat.encode(example()), as: UTF8.self)
        let range = try #require(text.ranges(of: old).first)
        var broken = text
        broken.replaceSubrange(range, with: new)
        let error = #expect(throws: StateDefect.self) {
            try StateFormat.decode(Array(broken.utf8), nextAttempt: 0)
        }
        #expect(error?.reason == reason)
    }

    @Test func `only the first and the last attempts are kept`() throws {
        var state = DeliveryState(id: .example, originalName: FileName("a")!)
        for number in 0..<1000 { state.attempts.append(record(Int64(number))) }
        #expect(state.attempts.count == 1000)
        #expect(state.attempts.records.map(\.started) == Array(0..<20) + Array(980..<1000))
        #expect(state.attempts.latest?.started == 999)
        #expect(try StateFormat.decode(StateFormat.encode(state), nextAttempt: 0) == state)
    }

    @Test func `an endless reply is cut`() throws {
        var state = DeliveryState(id: .example, originalName: FileName("a")!)
        state.lastReply = String(repeating: "x", count: 1 << 20)
        let read = try StateFormat.decode(StateFormat.encode(state), nextAttempt: 0)
        #expect(read.lastReply.utf8.count == StateFormat.maximumTextOctets)
    }

    @Test func `octets at random never trap`() {
        var generator = SystemRandomNumberGenerator()
        let whole = StateFormat.encode(example())
        for _ in 0..<500 {
            var octets = whole
            for _ in 0..<3 {
                let index = Int.random(in: octets.indices, using: &generator)
                octets[index] = .random(in: 0...255, using: &generator)
            }
            _ = try? StateFormat.decode(octets, nextAttempt: 0)
        }
    }
}
