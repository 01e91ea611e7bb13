/// A message put together by chance, with what its envelope must be.
struct MadeMessage: CustomStringConvertible {
    private(set) var octets: [UInt8] = []
    /// Whom it is for.
    private(set) var recipients: Set<String> = []

    var description: String { String(decoding: octets, as: UTF8.self).debugDescription }

    private static let people = (0..<6).map { "person\($0)@example.org" }
    private static let secret = (0..<4).map { "hidden\($0)@example.org" }

    init(_ generator: inout SeededGenerator) {
        let end = Self.pick(["\r\n", "\r\n", "\n", "\r", "\r\r\n"], &generator)
        var lines = Self.pick([[], ["From a@b.c Mon Nov 23 10:15:30 2026"]], &generator)
        lines += header(end, &generator)
        lines.append("")
        lines += Self.body(&generator)
        octets = Array(lines.joined(separator: end).utf8)
        if Bool.random(using: &generator) { octets += end.utf8 }
    }

    private mutating func header(_ end: String, _ generator: inout SeededGenerator) -> [String] {
        var top: [String] = []
        let isReplay = Int.random(in: 0..<4, using: &generator) == 0
        if isReplay {
            let receivers = Self.some(Self.people + Self.secret, &generator)
            top = receivers.map { "X-Receiver: <\($0)>" } + ["X-Sender: s@example.org"]
            top.shuffle(using: &generator)
            recipients = Set(receivers)
        }
        var fields = ["From: \(Self.pick(["a@example.org", "Jörg <a@example.org>"], &generator))"]
        for name in ["To", "Cc", "Bcc", "bcc", "CC"] where Bool.random(using: &generator) {
            let isHidden = name.lowercased() == "bcc"
            let list = Self.some(isHidden ? Self.secret : Self.people, &generator)
            if !isReplay { recipients.formUnion(list) }
            fields.append("\(name): \(Self.written(list, end, &generator))")
        }
        fields += Self.some(Self.otherFields, &generator)
        fields.shuffle(using: &generator)
        // A field of X-Receiver's kind may only stand at the top by our will.
        return top + ["Subject: \(Self.pick(Self.texts, &generator))"] + fields
    }

    private static let texts = [
        "plain", "für Jörg", ".dot", "", String(repeating: "long words ", count: 120),
        "=?utf-8?Q?x?=",
        "\u{FEFF}mark", "From here", "a\tb  ", "--b", "--b--",
    ]

    private static let otherFields = [
        "Date: Mon, 23 Nov 2026 10:15:30 +0000", "Message-ID: <1@example.org>",
        "X-Receiver: hidden9@example.org", "Resent-Bcc: hidden8@example.org", "X-Empty:",
        "Resent-To: nobody@example.org", "MIME-Version: 1.0", "Content-Type: text/plain",
        "Content-Type: multipart/mixed; boundary=b", "Content-Transfer-Encoding: 8bit",
        "X-MS-Exchange-Organization-SCL: -1", "Comments: ünï cödé",
    ]

    private static func body(_ generator: inout SeededGenerator) -> [String] {
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
            pick(
                texts + [
                    "", "--b", "Content-Type: text/html", "Content-Transfer-Encoding: base64",
                ],
                &generator
            )
        }
    }

    /// The addresses as writers write them.
    private static func written(
        _ list: [String],
        _ end: String,
        _ generator: inout SeededGenerator
    ) -> String {
        list.map { address in
            pick(
                [
                    address, "<\(address)>", "\"Doe, Jane\" <\(address)>",
                    "Jörg <\(address)>", "\(address) (comment)", "group: \(address);",
                    "<@relay.example.net:\(address)>",
                ],
                &generator
            )
        }.joined(separator: pick([",", ", ", ",\(end)\t", ", ,"], &generator))
    }

    private static func pick<Value>(
        _ values: [Value],
        _ generator: inout SeededGenerator
    ) -> Value {
        values[Int.random(in: 0..<values.count, using: &generator)]
    }

    private static func some(_ values: [String], _ generator: inout SeededGenerator) -> [String] {
        let count = Int.random(in: 1...3, using: &generator)
        return Array(values.shuffled(using: &generator).prefix(count))
    }
}
