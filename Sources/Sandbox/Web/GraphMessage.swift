/// Makes drafts of what requests carry.
enum GraphMessage {
    /// The draft of a request in MIME: base64 under `text/plain`.
    ///
    /// - Throws: ``GraphError``.
    static func mime(_ body: [UInt8], of mailbox: String) throws(GraphError) -> GraphDraft {
        guard let content = WebBase64.decodeBody(body), !content.isEmpty else {
            throw .base64Invalid
        }
        guard !MailFields(content).fields.isEmpty else { throw .contentInvalid }
        return GraphDraft(mailbox: mailbox, content: content)
    }

    /// The draft of a `message` in JSON.
    ///
    /// - Throws: ``GraphError``.
    static func json(
        _ message: JSONValue,
        of mailbox: String,
        id: String,
        at now: SandboxTime
    ) throws(GraphError) -> GraphDraft {
        var header: [String] = []
        let from = try recipients(message["from"].map { .array([$0]) })
        header.append("From: \(from.isEmpty ? mailbox : list(from))")
        let hidden = try recipients(message["bccRecipients"])
        for (member, field) in [
            ("toRecipients", "To"), ("ccRecipients", "Cc"), ("replyTo", "Reply-To"),
        ] {
            let people = try recipients(message[member])
            if !people.isEmpty { header.append("\(field): \(list(people))") }
        }
        header.append("Subject: \(MIMEText.field(message["subject"]?.text ?? ""))")
        let identifier = message["internetMessageId"]?.text
        header.append("Message-ID: \(identifier.map(MIMEText.field) ?? "<\(id)@sandbox.example>")")
        header.append("Date: \(now.mailDate)")
        header += try extraFields(message["internetMessageHeaders"])
        let isHTML = message["body"]?["contentType"]?.text?.lowercased() == "html"
        header.append("MIME-Version: 1.0")
        header.append("Content-Type: text/\(isHTML ? "html" : "plain"); charset=UTF-8")
        header.append("Content-Transfer-Encoding: base64")
        let text = message["body"]?["content"]?.text ?? ""
        let content = Array((header.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var draft = GraphDraft(
            mailbox: mailbox,
            content: content + MIMEText.base64(Array(text.utf8))
        )
        draft.hidden = hidden.map(\.address)
        for attachment in message["attachments"]?.elements ?? [] {
            draft.attachments.append(try self.attachment(attachment))
        }
        return draft
    }

    /// A file attachment in JSON.
    ///
    /// - Throws: ``GraphError``.
    static func attachment(_ value: JSONValue) throws(GraphError) -> GraphAttachment {
        let kind = value["@odata.type"]?.text ?? "#microsoft.graph.fileAttachment"
        guard kind == "#microsoft.graph.fileAttachment", let name = value["name"]?.text,
            let octets = value["contentBytes"]?.text.flatMap({ WebBase64.decodeBody($0.utf8) })
        else { throw .malformed("The attachment is no file with a name and contentBytes.") }
        return GraphAttachment(
            name: name,
            type: value["contentType"]?.text ?? "application/octet-stream",
            octets: octets
        )
    }

    private typealias Person = (name: String?, address: SandboxAddress)

    private static func recipients(_ value: JSONValue?) throws(GraphError) -> [Person] {
        var people: [Person] = []
        for recipient in value?.elements ?? [] {
            guard let text = recipient["emailAddress"]?["address"]?.text,
                let address = SandboxAddress(text)
            else { throw .recipientsInvalid }
            people.append((recipient["emailAddress"]?["name"]?.text, address))
        }
        return people
    }

    private static func list(_ people: [Person]) -> String {
        people.map { person in
            guard let name = person.name, !name.isEmpty else { return "<\(person.address.text)>" }
            let isPlain = name.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            let shown = isPlain ? "\"\(MIMEText.quoted(name))\"" : MIMEText.field(name)
            return "\(shown) <\(person.address.text)>"
        }.joined(separator: ",\r\n ")
    }

    /// Graph takes only names that begin with `x-`, and five of them at most.
    private static func extraFields(_ value: JSONValue?) throws(GraphError) -> [String] {
        let fields = value?.elements ?? []
        guard fields.count <= 5 else { throw .malformed("More than 5 internetMessageHeaders.") }
        var lines: [String] = []
        for field in fields {
            guard let name = field["name"]?.text, let text = field["value"]?.text,
                name.lowercased().hasPrefix("x-"),
                name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") })
            else {
                throw .malformed(
                    "The internet message header name should start with 'x-' or 'X-'."
                )
            }
            lines.append("\(name): \(MIMEText.field(text))")
        }
        return lines
    }
}
