internal import MailMessage
internal import Submission

/// What a message consists of, found out in a first pass, so that a second one can say it in
/// Graph's words.
struct DraftOutline {
    /// One part without parts of its own, and the octets it decodes to.
    struct Leaf: Hashable {
        var part: MessagePart
        var octets = 0
    }

    /// The text of the draft.
    struct Body: Hashable {
        var isHTML: Bool
        var text: String
    }

    private(set) var fields: [MessageField] = []
    private(set) var leaves: [Leaf] = []
    /// The octets of the first plain and the first HTML text, by the leaf's index.
    private var texts: [Int: [UInt8]] = [:]

    /// The largest text of a draft in octets: it goes in the request that creates it.
    static let maximumTextOctets = 1024 * 1024
    /// The largest attachment the service takes.
    static let maximumAttachmentOctets = 150 * 1024 * 1024

    /// Takes note of what was read.
    mutating func read(_ event: PartReader.Event) {
        switch event {
        case .header(let fields): self.fields = fields
        case .begin(let part):
            leaves.append(Leaf(part: part))
            let index = leaves.count - 1
            let isFirst = !texts.keys.contains { leaves[$0].part.type == part.type }
            if Self.isText(part), isFirst { texts[index] = [] }
        case .octets(let octets):
            guard let index = leaves.indices.last else { return }
            leaves[index].octets += octets.count
            if leaves[index].octets <= Self.maximumTextOctets { texts[index]? += octets }
        case .end: break
        }
    }

    private static func isText(_ part: MessagePart) -> Bool {
        !part.isAttachment && (part.type == "text/plain" || part.type == "text/html")
    }

    /// The leaf whose text becomes the draft's: the first text, or the HTML that says the same.
    var bodyIndex: Int? {
        guard let first = texts.keys.min() else { return nil }
        let second = texts.keys.first {
            $0 != first && leaves[$0].part.type == "text/html" && isAlternative($0, first)
        }
        return second ?? first
    }

    /// The plain text that the draft's HTML says as well, and that the draft cannot hold.
    var droppedIndex: Int? {
        guard let body = bodyIndex, leaves[body].part.type == "text/html" else { return nil }
        return texts.keys.first { $0 != body && isAlternative($0, body) }
    }

    private func isAlternative(_ one: Int, _ other: Int) -> Bool {
        leaves[one].part.alternative != nil
            && leaves[one].part.alternative == leaves[other].part.alternative
    }

    /// The leaves that become attachments.
    var attachments: [Int] {
        leaves.indices.filter { $0 != bodyIndex && $0 != droppedIndex }
    }

    /// The text of the draft; `nil` where its character set is not known.
    var body: Body? {
        guard let index = bodyIndex, let octets = texts[index] else {
            return Body(isHTML: false, text: "")
        }
        let part = leaves[index].part
        return part.text(octets).map { Body(isHTML: part.type == "text/html", text: $0) }
    }

    /// Why the message cannot be rebuilt, if so.
    func obstacle(_ reader: PartReader) -> Failure? {
        if reader.obstacle != nil {
            return unsuitable("the structure of its parts cannot be read")
        }
        if reader.hasArmour || leaves.contains(where: \.part.isProtected) {
            return unsuitable("it is signed or encrypted, which rebuilding it would break")
        }
        if let index = bodyIndex, leaves[index].octets > Self.maximumTextOctets {
            return unsuitable("its text is larger than a megabyte")
        }
        if body == nil { return unsuitable("the character set of its text is not known") }
        let largest = attachments.map { leaves[$0].octets }.max() ?? 0
        if largest > Self.maximumAttachmentOctets {
            return unsuitable("one of its attachments is larger than 150 MB")
        }
        return nil
    }

    private func unsuitable(_ reason: String) -> Failure {
        .unsuitable(
            reason: "The message is too large for one request to Microsoft Graph and cannot be"
                + " rebuilt as a draft: \(reason).",
            advice: "Use a route with SMTP for this message."
        )
    }
}
