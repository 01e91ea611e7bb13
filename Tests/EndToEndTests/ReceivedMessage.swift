import FoundationEssentials
import TestSupport

/// A message the sandbox accepted.
struct ReceivedMessage: Sendable {
    /// What the client said about it.
    let envelope: ReceivedEnvelope
    /// The octets as they came, without stuffed dots.
    let octets: [UInt8]

    /// The octets as text.
    var text: String { String(decoding: octets, as: UTF8.self) }

    /// The addresses of RCPT, in order.
    var recipients: [String] { envelope.recipients.map(\.address) }
}

/// The envelope the sandbox keeps beside a message.
struct ReceivedEnvelope: Sendable, Decodable {
    /// A recipient.
    struct Recipient: Sendable, Decodable {
        let address: String
        let parameters: [String]
        let originalRecipient: String?
    }

    let number: Int
    let acceptedAt: String
    let ehlo: String
    let tls: String?
    let mechanism: String?
    let mailbox: String?
    let sender: String
    let senderParameters: [String]
    let envelopeID: String?
    let recipients: [Recipient]
    let messageID: String
    let notes: [String]
}

extension RelayHarness {
    /// What the sandbox has accepted so far, in order.
    func received() throws -> [ReceivedMessage] {
        let folder = scratch.path("sandbox")
        // The envelope appears first: a message without its content is not there yet.
        return try folderNames(folder).filter { $0.hasSuffix(".eml") }.map { name in
            let json = try readFile("\(folder)/\(name.dropLast(4)).json")
            return ReceivedMessage(
                envelope: try JSONDecoder().decode(ReceivedEnvelope.self, from: Data(json)),
                octets: try readFile("\(folder)/\(name)")
            )
        }
    }

    /// The accepted messages with the Message-ID `<id@example.com>`.
    func received(_ id: String) throws -> [ReceivedMessage] {
        try received().filter { $0.envelope.messageID == "<\(id)@example.com>" }
    }

    /// The one accepted message with the Message-ID `<id@example.com>`.
    func receivedOnce(_ id: String) throws -> ReceivedMessage {
        let all = try received(id)
        guard let only = all.first, all.count == 1 else {
            throw WaitError("<\(id)@example.com> was accepted \(all.count) times")
        }
        return only
    }
}
