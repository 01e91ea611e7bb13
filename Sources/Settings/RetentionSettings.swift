/// How long settled messages are kept; `nil` is for ever.
package struct RetentionSettings: Hashable, Sendable {
    /// In `sent/`, counted from the end of the day of the folder.
    package var sent: Duration?
    /// In `failed/`.
    package var failed: Duration?
    /// What `sent/` of each pickup may hold, in octets; beyond it the oldest go.
    package var sentOctets: Int?

    /// Creates the table with its standard values.
    package init() {
        sent = RetentionKey.sent.standard(RetentionKey.sent.keeping)
        failed = RetentionKey.failed.standard(RetentionKey.failed.keeping)
    }
}

extension RelaySettings {
    /// How long messages of a pickup are kept.
    package func retention(of pickup: PickupSettings) -> RetentionSettings {
        var result = retention
        if let sent = pickup.keepSent { result.sent = sent.span }
        if let failed = pickup.keepFailed { result.failed = failed.span }
        return result
    }
}

/// A time that a pickup gives in place of the table's.
package enum Keeping: Hashable, Sendable {
    case forever
    case time(Duration)

    /// The time, or `nil` for ever.
    package var span: Duration? {
        switch self {
        case .forever: nil
        case .time(let span): span
        }
    }

    init(_ span: Duration?) { self = span.map { .time($0) } ?? .forever }
}

/// The keys of `[retention]`.
enum RetentionKey: String, SettingKey {
    case sent, failed
    case sentSize = "sent_size"

    static let table = SettingTable.retention

    /// A day at least: whoever keeps nothing cannot answer a question about yesterday.
    static let range = Duration.seconds(86_400)...Duration.seconds(100 * 365 * 86_400)

    var declaration: SettingDeclaration {
        switch self {
        case .sent:
            SettingDeclaration(
                .keeping(Self.range),
                .value("30 d"),
                "How long accepted messages stay in `sent/`.",
                remark: "Counted from the end of their day, in UTC; a pickup may say `keep_sent`.",
                example: #"sent = "30 days""#
            )
        case .failed:
            SettingDeclaration(
                .keeping(Self.range),
                .value("90 d"),
                "How long failed messages stay in `failed/`, with the texts beside them.",
                remark: """
                    Counted from when the message was first seen there, whatever its times say; a \
                    pickup may say `keep_failed`. `held/` is never emptied.
                    """,
                example: #"failed = "forever""#
            )
        case .sentSize:
            SettingDeclaration(
                .size(1_048_576...1_125_899_906_842_624),
                .phrase("no limit"),
                "How much `sent/` of each pickup may hold; beyond it the oldest messages go.",
                example: #"sent_size = "10 GB""#
            )
        }
    }

    func keeping(_ content: TomlContent) throws(Objection) -> Duration? {
        guard case .keeping(let range) = declaration.form else { mismatch() }
        return try ValueSyntax.keeping(content, in: range)
    }
}

extension ValueSyntax {
    /// A time with its unit, or `nil` for `"forever"`.
    static func keeping(
        _ content: TomlContent,
        in range: ClosedRange<Duration>
    ) throws(Objection) -> Duration? {
        if case .text("forever") = content { return nil }
        do throws(Objection) {
            return try duration(content, in: range)
        } catch {
            let advice = #"Write a time such as "30 d", or "forever"."#
            throw Objection(error.sentence, error.advice.isEmpty ? advice : error.advice)
        }
    }
}
