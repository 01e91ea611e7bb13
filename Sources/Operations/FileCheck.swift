internal import Delivery
internal import Documents
internal import Glibc
internal import MailMessage
package import Settings
internal import Spool
internal import Submission

/// What `check` says about a file that a writer might drop: envelope, changes, verdict and route.
///
/// Nothing is moved and nothing is sent.
package struct FileCheck: Sendable {
    private let settings: RelaySettings
    private let pickup: PickupSettings
    private let path: String

    /// Chooses the pickup by whose rules a file is checked: the one named, the one whose drop
    /// folder holds the file, or the only one.
    ///
    /// - Throws: When there is no such pickup, or several could be meant.
    package init(
        _ settings: RelaySettings,
        _ path: String,
        pickup name: String? = nil
    ) throws(CommandRefusal) {
        self.settings = settings
        self.path = path
        if let name {
            pickup = try RelayFolders(settings).pickups(named: name)[0]
            return
        }
        let holding = settings.pickups.filter { path.hasPrefix("\($0.path)/") }
        let candidates = holding.isEmpty ? settings.pickups : holding
        guard candidates.count == 1 else {
            let names = settings.pickups.map(\.name).joined(separator: ", ")
            throw CommandRefusal(
                "Name one of the pickups with --pickup: \(names).",
                .usage
            )
        }
        pickup = candidates[0]
    }

    /// What would become of the file.
    private enum Verdict {
        case sent(PreparedMessage)
        case refused(ContentRefusal)
        case held(Completeness)
        case unreadable(String)
    }

    /// The result for people.
    package var text: CommandResult {
        switch verdict() {
        case .sent(let prepared):
            CommandResult(["\(path): would be sent."] + LabelledFacts.lines(facts(prepared)))
        case .refused(let defect):
            CommandResult(
                [
                    "\(path): would go to failed/: \(defect.sentence)",
                    "  What to do: \(defect.advice)",
                ],
                status: .data
            )
        case .held(let completeness):
            CommandResult(
                ["\(path): would be held as cut off: \(completeness.sentence ?? "")"],
                status: .data
            )
        case .unreadable(let sentence):
            CommandResult(complaints: ["\(path): \(sentence)"], status: .unavailable)
        }
    }

    /// The result as JSON.
    package var json: CommandResult {
        switch verdict() {
        case .sent(let prepared):
            CommandResult(document("sent", members(prepared)).lines)
        case .refused(let defect):
            CommandResult(
                document(
                    "failed",
                    ["reason": .string(defect.sentence), "advice": .string(defect.advice)]
                ).lines,
                status: .data
            )
        case .held(let completeness):
            CommandResult(
                document("held", ["reason": .string(completeness.sentence ?? "")]).lines,
                status: .data
            )
        case .unreadable(let sentence):
            CommandResult(complaints: ["\(path): \(sentence)"], status: .unavailable)
        }
    }

    private func verdict() -> Verdict {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            return .unreadable("cannot be read: \(String(cString: strerror(errno)))")
        }
        do throws(SpoolError) {
            let file = try MessageFile(descriptor: descriptor, path: Array(path.utf8))
            let documents = settings.documents(of: pickup)
            if pickup.truncated == .hold {
                let completeness = try completeness(file, documents)
                if completeness != .complete { return .held(completeness) }
            }
            let identity = MessageIdentity(
                id: "check",
                claimedAt: RelayFolders.systemTime() / 1_000_000
            )
            switch try prepare(file, documents, identity) {
            case .success(let prepared): return .sent(prepared)
            case .failure(let refusal): return .refused(refusal)
            }
        } catch {
            return .unreadable(error.fullSentence)
        }
    }

    private func prepare(
        _ file: MessageFile,
        _ documents: DocumentRules?,
        _ identity: MessageIdentity
    ) throws(SpoolError) -> Result<PreparedMessage, ContentRefusal> {
        guard let documents else {
            return try MessagePreparation(rules: settings.rules(of: pickup))
                .prepare(file, identity: identity).mapError(ContentRefusal.init)
        }
        guard let name = fileName else {
            return .failure(ContentRefusal(.nameNotUTF8))
        }
        return try DocumentPreparation(rules: documents)
            .prepare(file, name: name, folder: folder, identity: identity)
            .mapError(ContentRefusal.init)
    }

    private var steps: [Substring] { path.split(separator: "/") }

    private var fileName: FileName? { steps.last.flatMap { FileName(String($0)) } }

    /// The folder below the drop folder, for a file that lies in one.
    private var folder: [UInt8] {
        guard path.hasPrefix("\(pickup.path)/") else { return [] }
        let below = path.dropFirst(pickup.path.count + 1).split(separator: "/").dropLast()
        return Array(below.joined(separator: "/").utf8)
    }

    private func completeness(
        _ file: MessageFile,
        _ documents: DocumentRules?
    ) throws(SpoolError) -> Completeness {
        let head = try file.readHead(MessageInspector().headOctets)
        let size = file.facts.size
        let tail = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Completeness.tailOctets,
            alignment: 1
        )
        defer { tail.deallocate() }
        let count = try file.read(at: max(0, size - Int64(tail.count)), into: tail)
        let end = UnsafeRawBufferPointer(rebasing: tail[..<count])
        return head.withUnsafeBytes { head in
            guard let documents else {
                return Completeness.check(
                    head: head,
                    tail: end,
                    isWholeFile: Int64(head.count) >= size
                )
            }
            guard let name = fileName?.octets,
                let type = try? documents.member(name: name, head: head, size: size).type
            else { return .complete }
            return type.hasEnd(head: head, tail: end, size: size)
                ? .complete : .missingEnd(type.title)
        }
    }

    private func facts(_ prepared: PreparedMessage) -> [(label: String, value: String)] {
        let envelope = prepared.inspected.envelope
        var facts = [
            ("Pickup", pickup.name),
            ("Route", pickup.routes.joined(separator: ", then ")),
            ("Sender", envelope.sender?.text ?? "<>"),
        ]
        facts += envelope.recipients.map { ("Recipient", $0.address.text) }
        facts += prepared.outgoing.repairs.map {
            ("Change", "\($0.rawValue): \($0.sentence)")
        }
        return facts + [("Size", "\(prepared.contentOctets) octets")]
    }

    private func document(
        _ verdict: String,
        _ members: KeyValuePairs<String, JSONValue>
    ) -> JSONValue {
        let first: KeyValuePairs<String, JSONValue> = [
            "file": .string(path), "pickup": .string(pickup.name), "verdict": .string(verdict),
        ]
        return .object(
            (Array(first) + Array(members)).map { .init(key: $0.key, value: $0.value) }
        )
    }

    private func members(_ prepared: PreparedMessage) -> KeyValuePairs<String, JSONValue> {
        let envelope = prepared.inspected.envelope
        return [
            "routes": .array(pickup.routes.map { .string($0) }),
            "sender": .string(envelope.sender?.text ?? ""),
            "recipients": .array(envelope.recipients.map { .string($0.address.text) }),
            "repairs": .array(prepared.outgoing.repairs.map { .string($0.rawValue) }),
            "octets": .integer(Int64(prepared.contentOctets)),
        ]
    }
}
