internal import MailMessage
internal import SafeText
internal import Submission

/// The JSON in which Graph is told of a message and its attachments.
struct DraftText {
    private let outline: DraftOutline
    private let hidden: [MailAddress]

    /// The most X- fields that a message may be given.
    static let maximumFields = 5

    /// Words a message by its outline; `hidden` are the recipients whom the header does not name.
    init(_ outline: DraftOutline, hidden: [MailAddress]) {
        self.outline = outline
        self.hidden = hidden
    }

    /// The draft without its attachments.
    var message: String {
        var members = [
            member("subject", json(first("subject")?.text ?? "")),
            member("toRecipients", list(addresses("to"))),
            member("ccRecipients", list(addresses("cc"))),
            member("bccRecipients", list(hidden)),
        ]
        if let body = outline.body {
            let type = body.isHTML ? "html" : "text"
            members.append(
                member(
                    "body",
                    "{\(member("contentType", json(type))),\(member("content", json(body.text)))}"
                )
            )
        }
        if let from = addresses("from").first { members.append(member("from", person(from))) }
        let answers = addresses("reply-to")
        if !answers.isEmpty { members.append(member("replyTo", list(answers))) }
        if let importance { members.append(member("importance", json(importance))) }
        if let id = first("message-id") {
            members.append(member("internetMessageId", json(id.text)))
        }
        if !keptFields.isEmpty {
            let fields = keptFields.map {
                "{\(member("name", json($0.name))),\(member("value", json($0.text)))}"
            }
            members.append(member("internetMessageHeaders", "[\(fields.joined(separator: ","))]"))
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// The X- fields that the draft keeps.
    var keptFields: [MessageField] { Array(extraFields.prefix(Self.maximumFields)) }

    /// How many X- fields are left out.
    var lostFields: Int { max(0, extraFields.count - Self.maximumFields) }

    private var extraFields: [MessageField] {
        outline.fields.filter { $0.key.hasPrefix("x-") && !Self.priorities.contains($0.key) }
    }

    private static let priorities: Set = ["x-priority", "x-msmail-priority"]

    /// `high` or `low`, where the message says so.
    private var importance: String? {
        let words = [first("importance"), first("x-priority")].compactMap { $0?.text.lowercased() }
        for word in words {
            if word.hasPrefix("high") || word.hasPrefix("1") || word.hasPrefix("2") {
                return "high"
            }
            if word.hasPrefix("low") || word.hasPrefix("4") || word.hasPrefix("5") { return "low" }
        }
        return nil
    }

    /// An attachment before and after its content in base64.
    static func attachment(_ leaf: DraftOutline.Leaf, number: Int) -> (head: String, tail: String) {
        let part = leaf.part
        var head = #"{"@odata.type":"#
        head += json("#microsoft.graph.fileAttachment")
        head += #","name":"# + json(name(of: part, number: number))
        head += #","contentType":"# + json(part.type)
        if !part.contentID.isEmpty {
            head += #","contentId":"# + json(part.contentID)
            head += #","isInline":\#(part.isInline)"#
        }
        return (head + #","contentBytes":""#, #""}"#)
    }

    /// What an upload of a large attachment is announced with.
    static func uploadSession(_ leaf: DraftOutline.Leaf, number: Int) -> String {
        var item = #"{"AttachmentItem":{"attachmentType":"file","name":"#
        item += json(name(of: leaf.part, number: number))
        item += #","size":\#(leaf.octets),"contentType":"# + json(leaf.part.type)
        if !leaf.part.contentID.isEmpty {
            item += #","contentId":"# + json(leaf.part.contentID)
            item += #","isInline":\#(leaf.part.isInline)"#
        }
        return item + "}}"
    }

    /// The name of a file; one is made up where the part has none.
    private static func name(of part: MessagePart, number: Int) -> String {
        let given = String(
            String.UnicodeScalarView(
                part.name.unicodeScalars.prefix(255).filter { $0.value >= 0x20 && $0.value != 0x7F }
            )
        )
        if !given.isEmpty { return given }
        let ending =
            switch part.type {
            case "message/rfc822": "eml"
            case "text/plain": "txt"
            case "text/html": "html"
            case "text/calendar": "ics"
            case "image/png": "png"
            case "image/jpeg": "jpg"
            case "image/gif": "gif"
            default: "bin"
            }
        return "attachment-\(number).\(ending)"
    }

    private func first(_ key: String) -> MessageField? { outline.fields.first { $0.key == key } }

    private func addresses(_ key: String) -> [MailAddress] {
        outline.fields.filter { $0.key == key }.flatMap(\.addresses)
    }

    private func list(_ addresses: [MailAddress]) -> String {
        "[\(addresses.map(person).joined(separator: ","))]"
    }

    private func person(_ address: MailAddress) -> String {
        "{\(member("emailAddress", "{\(member("address", json(address.text)))}"))}"
    }

    private func member(_ name: String, _ value: String) -> String { "\"\(name)\":\(value)" }

    private func json(_ text: String) -> String { SafeText.jsonString(text) }

    private static func json(_ text: String) -> String { SafeText.jsonString(text) }
}
