internal import AccessTokens
internal import EventLog
internal import Submission

/// Words what becomes of identities' tokens, which nobody sees before a message needs one.
struct TokenLog: Sendable {
    private let log: LogSink

    /// Words events for a log.
    init(_ log: LogSink) { self.log = log }

    /// Writes one event of an identity; never a token, only what it is for.
    func write(_ event: TokenSource.Event, of identity: String) {
        switch event {
        case .obtained(let claims, let lifetime):
            var line = LogLine(.info, "token").adding("identity", identity)
            line.add("lifetime_s", lifetime.components.seconds)
            line.add("claims", claims)
            log.write(line)
        case .failed(let error):
            log.write(Self.line(.warning, "no-token", identity, error.sentence, error.advice))
        case .notKept(let error):
            log.write(Self.line(.error, "sign-in-not-kept", identity, error.sentence, error.advice))
        }
    }

    private static func line(
        _ level: LogLevel,
        _ event: String,
        _ identity: String,
        _ reason: String,
        _ advice: String
    ) -> LogLine {
        var line = LogLine(level, event).adding("identity", identity)
        line.add("reason", reason)
        line.add("advice", advice)
        return line
    }
}
