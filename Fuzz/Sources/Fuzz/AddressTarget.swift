internal import MailMessage
internal import Submission

/// Reads arbitrary octets as the value of To, of X-Receiver and of From.
enum AddressTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> Int32 {
        // One line: folds are the header target's.
        let value = input.map { $0 == 0x0A || $0 == 0x0D || $0 == 0 ? 0x20 : $0 }
        if let recipients = list(value) {
            let printed = recipients.joined(separator: ", ")
            demand(list(Array(printed.utf8)) == recipients, "a printed list reads back")
            let more = list(value + Array(", last@example.net".utf8))
            demand(
                more == recipients.filter { $0 != "last@example.net" } + ["last@example.net"]
                    || more == recipients,
                "one more element is one more recipient"
            )
        }
        if let receiver = path(value) {
            demand(path(Array("<\(receiver)>".utf8)) == receiver, "a printed path reads back")
        }
        if let sender = sender(value) {
            demand(self.sender(Array(sender.utf8)) == sender, "a printed sender reads back")
        }
        return 0
    }

    private static func list(_ value: [UInt8]) -> [String]? {
        envelope("From: s@example.com\r\nTo: ", value)?.recipients.map(\.address.text)
    }

    private static func path(_ value: [UInt8]) -> String? {
        envelope("X-Sender: s@example.com\r\nX-Receiver: ", value)?
            .recipients.first?.address.text
    }

    private static func sender(_ value: [UInt8]) -> String? {
        envelope("To: r@example.com\r\nFrom: ", value)?.sender?.text
    }

    private static func envelope(_ fields: String, _ value: [UInt8]) -> Envelope? {
        Reading(Array(fields.utf8) + value + Array("\r\n\r\n".utf8))?.inspected.envelope
    }
}
