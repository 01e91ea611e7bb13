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
    rules: MessageRules = MessageRules()
) throws(MessageDefect) -> InspectedMessage {
    let result: Result<InspectedMessage, MessageDefect> = octets.withUnsafeBytes { head in
        do throws(MessageDefect) {
            return .success(
                try MessageInspector(rules: rules).inspect(head, isWholeFile: true, identity: claim)
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
        _ = try inspect(text, rules: rules)
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

/// The whole message between `354` and its reply.
func wireForm(_ file: [UInt8]) throws -> [UInt8] {
    let message = try inspect(file)
    return encoded([message.wireHeader, Array(file[message.bodyOffset...])])
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
