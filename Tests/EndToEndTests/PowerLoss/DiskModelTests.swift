import Testing

/// What may be lost when, and that the order check sees it: with recordings made by hand.
@Suite("Disk model")
struct DiskModelTests {
    private static let message = TrialMessage("m")
    private static let id = "20261123T101530123456-7h3k9q2mzx4wp"
    private static let queued = "near/queue/\(id).m.eml"
    private static let sending = "near/queue/sending/\(id).m.eml"

    /// A recording in which every call returns before the next begins.
    private static func recording(_ calls: [DiskCall]) -> Recording {
        Recording(
            calls.enumerated().map { Recording.Event(entry: $0, exit: $0, call: $1) },
            [message]
        )
    }

    /// The paths at which the message may be after the last call.
    private static func places(_ recording: Recording) -> Set<[String]> {
        let last = recording.events.count - 1
        let cases = CrashCases(recording).cases.filter { item in
            let knowledge = recording.knowledge(of: message.key, at: last)
            return item.knowledge.mayBeAccepted == knowledge.mayBeAccepted
        }
        return Set(cases.map { $0.remains.files.map(\.path) })
    }

    private static let folders: [DiskCall] = [
        .makeFolder("near/queue"), .makeFolder("near/queue/sending"), .sync("near/queue"),
        .sync("near"),
    ]

    private static let claim = DiskCall.move(from: "near/m.eml", to: queued)

    @Test func `a move is sure only after a sync that began when it had returned`() {
        let events = [
            Recording.Event(entry: 0, exit: 2, call: Self.claim),
            Recording.Event(entry: 1, exit: 3, call: .sync("near/queue")),
            Recording.Event(entry: 4, exit: 5, call: .sync("near")),
        ]
        let model = DiskModel(Recording(events, [Self.message])) { _ in false }
        #expect(model.operations.map(\.durable) == [5])
        let early = DiskModel(Recording(Array(events[..<2]), [Self.message])) { _ in false }
        #expect(early.operations.map(\.durable) == [.max])
    }

    @Test func `a move that was not synced is kept or lost, never half`() {
        let recording = Self.recording(Self.folders + [Self.claim])
        #expect(Self.places(recording) == [["near/m.eml"], [Self.queued]])
    }

    @Test func `a file goes with the folder whose name was not synced`() {
        let recording = Self.recording([
            .makeFolder("near/queue"), Self.claim, .sync("near/queue"),
        ])
        #expect(Self.places(recording).contains([]))
    }

    @Test func `a sync of the content covers what was written before it began`() {
        let path = "near/state/.\(Self.id).tmp"
        let events = [
            Recording.Event(entry: 0, exit: 0, call: .create(path)),
            Recording.Event(entry: 1, exit: 1, call: .write(path, [1])),
            Recording.Event(entry: 2, exit: 5, call: .sync(path)),
            Recording.Event(entry: 3, exit: 4, call: .write(path, [2])),
        ]
        let model = DiskModel(Recording(events, [])) { _ in false }
        let node = model.nodes[model.nodes.count - 1]
        #expect(node.content(at: 3) == [1])
        #expect(node.content(at: 5) == [1, 2])
        #expect(!node.isSynced(at: 5))
    }

    @Test func `content that was not synced may be empty, cut or replaced`() {
        let content = Array("abcd".utf8)
        #expect(
            LostContent.allCases.map { $0.applied(to: content) }
                == [content, [], Array("ab".utf8), [0, 0, 0, 0]]
        )
    }

    private static func toServer(_ text: String) -> DiskCall {
        .toServer(session: "1", Array(text.utf8))
    }

    private static func fromServer(_ text: String) -> DiskCall {
        .fromServer(session: "1", Array(text.utf8))
    }

    /// The way of a message to the final dot, with every sync it needs.
    private static let way: [DiskCall] =
        folders + [
            claim, .sync(queued), .sync("near/queue"), .sync("near"),
            toServer("MAIL FROM:<m@example.com>\r\n"), fromServer("250 OK\r\n"),
            toServer("RCPT TO:<b@example.org>\r\n"), fromServer("250 OK\r\n"),
            toServer("DATA\r\n"), .move(from: queued, to: sending), .sync("near/queue/sending"),
            fromServer("354 Go\r\n"), toServer("Hello\r\n.\r\n"), fromServer("250 OK\r\n"),
        ]

    @Test func `the order of a careful program is found in order`() {
        #expect(OrderCheck(Self.recording(Self.way)).violations == [])
        #expect(
            Self.recording(Self.way).wire.map(\.event) == [
                .mail("m"), .dot("m", recipients: ["b@example.org"]), .reply("m", code: 250),
            ]
        )
    }

    @Test(
        "a sync that is missing is missed",
        arguments: [
            (Barrier.content, "m: MAIL before fdatasync of the file"),
            (.queue, "m: MAIL before fsync of near/queue"),
            (.drop, "m: MAIL before fsync of near"),
            (.sending, "m: the dot before fsync of sending/"),
        ]
    )
    func missing(barrier: Barrier, sentence: String) {
        let broken = Self.recording(Self.way).without(barrier)
        #expect(OrderCheck(broken).violations.contains(sentence))
    }

    @Test func `a message that is back in the queue after its dot is found by the cases`() {
        let known = { (recording: Recording) in
            CrashCases(recording).cases.filter {
                !$0.knowledge.mayBeAccepted.isEmpty
                    && $0.remains.copies.map(\.path) == [Self.queued]
            }
        }
        #expect(known(Self.recording(Self.way)) == [])
        #expect(known(Self.recording(Self.way).without(.sending)) != [])
    }
}
