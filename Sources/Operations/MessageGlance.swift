package import Delivery
internal import MailMessage
package import SafeText
internal import Settings
internal import Spool

/// A message as its file and its history show it, for a page.
package struct MessageGlance: Hashable, Sendable {
    package var pickup: String
    /// The folder as commands name it.
    package var folder: String
    package var path: String
    package var octets: Int64?
    package var subject: String?
    package var recipients: [MessageEvent.Recipient]
    /// The fields of the header in order, as the file has them, decoded for people and bounded.
    package var fields: [Field]
    /// Whether there are more fields, or longer ones, than are shown.
    package var isCut = false
    /// Whether the file is a document, of which Postchute makes the header.
    package var isDocument = false
    /// The text beside the file, in lines.
    package var reason: [String]
    /// What can be done to it where it lies.
    package var verbs: [MessageVerb]
    /// What could not be read, and why.
    package var complaints: [String]
    /// Whether the header and most of the text beside the file are left out, since they name people.
    package var isMasked = false

    /// One field of a header.
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    /// Finds a message by its whole id and reads what there is.
    ///
    /// - Throws: When it lies in no folder any more.
    package init(_ relay: RelayFolders, id: String, pickup: String?) throws(CommandRefusal) {
        let details = try MessageDetails(relay, id, pickup: pickup)
        let entry = details.message.entry
        self.pickup = details.message.pickup
        folder = entry.place.word
        path = details.message.spool.display(entry)
        octets = details.octets
        if case .success(let prepared) = details.preparation {
            subject = prepared.inspected.subject
        }
        recipients = details.recipients.map { recipient in
            MessageEvent.Recipient(
                recipient.address,
                MessageEvent.Recipient.Outcome(rawValue: recipient.outcome) ?? .pending,
                reply: recipient.reply.isEmpty ? nil : recipient.reply
            )
        }
        reason = details.reason
        verbs = Self.verbs(for: entry.place, wasTried: details.state != nil)
        complaints = details.complaints
        let found = relay.settings.pickups.first { $0.name == details.message.pickup }
        isDocument = found?.documents != nil
        fields = []
        if !isDocument { readFields(details.message) }
    }

    private static func verbs(for place: SpoolFolder, wasTried: Bool) -> [MessageVerb] {
        switch place {
        case .failed: [.retry, .hold, .remove]
        case .queue: wasTried ? [.retry, .hold, .remove] : [.hold, .remove]
        case .held: [.release, .remove]
        case .sending, .sent, .state: []
        }
    }

    private mutating func readFields(_ message: FoundMessage) {
        do throws(SpoolError) {
            let head = try message.spool.open(message.entry).readHead(HeaderFields.maximumOctets)
            let header = HeaderFields(head)
            (fields, isCut) = (header.fields, header.isCut)
        } catch {
            if !complaints.contains(error.fullSentence) { complaints.append(error.fullSentence) }
        }
    }
}

extension MessageGlance {
    /// The glance without anybody's name in it: of the header nothing is left, and of the text beside
    /// the file only what happened.
    package func masked(by mask: PrivacyMask) -> MessageGlance {
        var glance = self
        glance.path = mask.text(path)
        glance.subject = subject.map(mask.subject)
        glance.recipients = recipients.map { $0.masked(by: mask) }
        (glance.fields, glance.isCut, glance.isMasked) = ([], false, true)
        let happened = ReasonFile.happened(Array(reason.joined(separator: "\n").utf8))
        glance.reason = happened.map { [mask.text($0)] } ?? []
        glance.complaints = complaints.map(mask.text)
        return glance
    }
}

/// Reads the fields of any file, however broken, for people to look at.
struct HeaderFields {
    private(set) var fields: [MessageGlance.Field] = []
    private(set) var isCut = false

    static let maximumOctets = 64 * 1024
    static let maximumFields = 200
    private static let maximumValue = 2000

    /// Reads the head of a file up to its first empty line.
    init(_ octets: [UInt8]) {
        let lines = octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var name = ""
        var value: [UInt8] = []
        isCut = octets.count >= Self.maximumOctets
        for line in lines {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let first = line.first else {
                isCut = false
                break
            }
            if first == 0x20 || first == 0x09 {
                value += line
                continue
            }
            add(name, value)
            let colon = line.firstIndex(of: UInt8(ascii: ":"))
            name = String(decoding: line[..<(colon ?? line.startIndex)].prefix(100), as: UTF8.self)
            value = Array(colon.map { line[($0 + 1)...] } ?? line)
        }
        add(name, value)
    }

    private mutating func add(_ name: String, _ value: [UInt8]) {
        if name.isEmpty, value.isEmpty { return }
        guard fields.count < Self.maximumFields else {
            isCut = true
            return
        }
        let trimmed = value.drop { $0 == 0x20 || $0 == 0x09 }
        if trimmed.count > Self.maximumValue { isCut = true }
        let text = DisplayText.decode(trimmed.prefix(Self.maximumValue))
        fields.append(MessageGlance.Field(name: name.isEmpty ? "–" : name, value: text))
    }
}

extension OperatorSpool {
    /// Where a message lies, as a line for people.
    fileprivate func display(_ entry: SpoolEntry) -> String {
        SafeText.line(octets: path(of: entry))
    }
}
