import MailMessage
import Submission

let claim = MessageIdentity(
    id: "20261123T101530123456-7h3k9q2mzx4wp",
    claimedAt: 1_795_428_930
)

/// Inspects a whole file given as text.
func inspect(
    _ text: String,
    rules: MessageRules = MessageRules()
) throws(MessageDefect) -> InspectedMessage {
    try inspect(Array(text.utf8), rules: rules)
}

/// Inspects a whole file given as octets.
func inspect(
    _ octets: [UInt8],
    rules: MessageRules = MessageRules(),
    form: SourceForm = SourceForm()
) throws(MessageDefect) -> InspectedMessage {
    let result: Result<InspectedMessage, MessageDefect> = octets.withUnsafeBytes { head in
        do throws(MessageDefect) {
            return .success(
                try MessageInspector(rules: rules).inspect(
                    head,
                    isWholeFile: true,
                    identity: claim,
                    form: form
                )
            )
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

/// The defect of a message, or `nil` when it has none.
func defect(_ text: String, rules: MessageRules = MessageRules()) -> MessageDefect? {
    do throws(MessageDefect) {
        _ = try outgoing(Array(text.utf8), rules: rules)
        return nil
    } catch {
        return error
    }
}

extension InspectedMessage {
    /// The header that goes out, as text.
    var header: String { String(decoding: wireHeader, as: UTF8.self) }
    /// Each recipient's address.
    var recipients: [String] { envelope.recipients.map(\.address.text) }
}

/// What goes out of a whole file, or why nothing does.
func outgoing(
    _ file: [UInt8],
    rules: MessageRules = MessageRules(),
    chunks: (([UInt8]) -> [[UInt8]])? = nil
) throws(MessageDefect) -> Outgoing {
    let form = file.withUnsafeBytes { SourceForm($0, rules: rules) }
    var decoder = SourceDecoder(form)
    var message: [UInt8] = []
    file.withUnsafeBytes { decoder.decode($0, into: &message) }
    decoder.finish(into: &message)
    let inspected = try inspect(message, rules: rules, form: form)
    var survey = inspected.survey()
    let body = Array(message[inspected.bodyOffset...])
    for chunk in chunks?(body) ?? [body] { chunk.withUnsafeBytes { survey.read($0) } }
    survey.finish()
    if let defect = decoder.defect { throw defect }
    return Outgoing(
        inspected: inspected,
        message: try inspected.outgoing(survey, removedDots: decoder.removedDots),
        octets: message
    )
}

/// A message that was read to its end.
struct Outgoing {
    let inspected: InspectedMessage
    let message: OutgoingMessage
    let octets: [UInt8]

    /// The words of everything that was changed.
    var words: [String] { message.repairs.map(\.rawValue) }

    /// What stands between `354` and its reply.
    var wire: [UInt8] { wireForm(of: message.segments, octets) }

    /// The same, dots not stuffed and without the final one, as text.
    var text: String {
        let lines = String(decoding: wire.dropLast(3), as: UTF8.self)
        return lines.replacing("\r\n..", with: "\r\n.")
    }

    /// What a server without 8BITMIME gets, as ``text``.
    var sevenBitText: String? {
        message.sevenBit.map {
            let octets = wireForm(of: $0.segments, octets).dropLast(3)
            return String(decoding: octets, as: UTF8.self).replacing("\r\n..", with: "\r\n.")
        }
    }
}

/// What a writer makes of segments over the octets of one file, given in pieces of a length.
func wireForm(
    of segments: [ContentSegment],
    _ file: [UInt8],
    pieces: Int = 1_000_000
) -> [UInt8] {
    var writer = ContentWriter(segments)
    var output: [UInt8] = []
    while let need = writer.advance(into: &output) {
        let start = min(need.range.lowerBound, file.count)
        let end = min(need.range.upperBound, file.count, start + pieces)
        file[start..<end].withUnsafeBytes {
            writer.write($0, isEnd: end == file.count, into: &output)
        }
    }
    return output
}

/// The whole message between `354` and its reply.
func wireForm(_ file: [UInt8], rules: MessageRules = MessageRules()) throws -> [UInt8] {
    try outgoing(file, rules: rules).wire
}

/// What the encoder makes of chunks.
func encoded(_ chunks: [[UInt8]]) -> [UInt8] {
    var encoder = WireEncoder()
    var output: [UInt8] = []
    for chunk in chunks { chunk.withUnsafeBytes { encoder.encode($0, into: &output) } }
    encoder.finish(into: &output)
    return output
}

/// What the survey makes of chunks.
func surveyed(_ chunks: [[UInt8]]) -> BodySurvey {
    var survey = BodySurvey()
    for chunk in chunks { chunk.withUnsafeBytes { survey.read($0) } }
    return survey
}

/// Pieces of random length, empty ones included.
func randomChunks(
    _ octets: [UInt8],
    _ generator: inout some RandomNumberGenerator
) -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    var rest = octets[...]
    while !rest.isEmpty {
        let length = Int.random(in: 0...min(5, rest.count), using: &generator)
        chunks.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
    }
    return chunks
}

/// SplitMix64: the same numbers on every run, so that a failure can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
