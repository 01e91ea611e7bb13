/// One line of a fault script.
package struct FaultRule: Hashable, Sendable {
    /// What a pattern is compared with.
    package enum Field: String, Hashable, Sendable, CaseIterable {
        case from, to, mailbox

        /// Whether a session knows the field's value at a moment.
        func isKnown(at point: FaultPoint) -> Bool {
            switch point {
            case .mail: self != .to
            case .recipient, .data, .content, .dot: true
            case .signIn: self == .mailbox
            case .greeting, .handshake, .ehlo, .startTLS, .auth, .reset, .noOperation, .verify,
                .quit:
                false
            }
        }
    }

    /// A field and the pattern it must match.
    package struct Condition: Hashable, Sendable {
        package let field: Field
        package let pattern: String
    }

    package let point: FaultPoint
    /// All of them must hold.
    package let conditions: [Condition]
    package let fault: Fault
    /// How many matching moments pass first.
    package let skip: Int
    /// How many matching moments are spoilt then; every one if `nil`.
    package let times: Int?
    /// In how many of a hundred matching moments the rule holds at all.
    package var percentage = 100.0
    /// When it holds, in the sandbox's time since its start; always if `nil`.
    package var period: Range<Duration>?

    /// Whether the rule matches a moment, apart from its counts.
    func applies(at point: FaultPoint, to subject: FaultSubject) -> Bool {
        point == self.point
            && conditions.allSatisfy { condition in
                Self.values(of: condition.field, in: subject).contains {
                    Self.matches($0, condition.pattern)
                }
            }
    }

    private static func values(of field: Field, in subject: FaultSubject) -> [String] {
        switch field {
        case .from: [subject.sender?.text ?? ""]
        case .to: subject.recipients.map(\.text)
        case .mailbox: subject.mailbox.map { [$0] } ?? []
        }
    }

    /// Compares without regard to case; `*` stands for any octets, also none.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let text = Array(text.lowercased().utf8)
        let pattern = Array(pattern.lowercased().utf8)
        var position = 0
        var wanted = 0
        // Where to resume when what follows the last star does not fit.
        var star: (pattern: Int, text: Int)?
        while position < text.count {
            if wanted < pattern.count, pattern[wanted] == UInt8(ascii: "*") {
                star = (wanted + 1, position)
                wanted += 1
            } else if wanted < pattern.count, pattern[wanted] == text[position] {
                wanted += 1
                position += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                wanted = last.pattern
                position = last.text + 1
            } else {
                return false
            }
        }
        return pattern[wanted...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
