internal import AccessTokens
internal import Dashboard
internal import EventLog
internal import Glibc
internal import Operations
internal import Settings
internal import Submission
internal import Synchronization
internal import TLSEngine

/// Writes what the dashboard has to tell into the log.
struct DashboardLog: Sendable {
    let log: LogSink

    /// Writes one line.
    func write(_ event: DashboardEvent) { log.write(Self.line(event)) }

    static func line(_ event: DashboardEvent) -> LogLine {
        switch event {
        case .listening(let address):
            LogLine(.notice, "dashboard-listening").adding("address", address)
        case .refused(let address, let reason):
            LogLine(.error, "dashboard-refused").adding("address", address)
                .adding("reason", reason)
        case .signedIn(let name, let role, let client):
            LogLine(.notice, "signed-in").adding("token", name).adding("role", role.rawValue)
                .adding("client", client)
        case .signedOut(let name, let client):
            LogLine(.notice, "signed-out").adding("token", name).adding("client", client)
        case .signInFailed(let client):
            LogLine(.warning, "sign-in-failed").adding("client", client)
        case .acted(let name, let client, let what, let target):
            LogLine(.notice, "operator-action").adding("token", name).adding("client", client)
                .adding("action", what).adding("target", target)
        case .blocked(let rule, let client):
            LogLine(.info, "request-blocked").adding("rule", rule).adding("client", client)
        }
    }

    /// Why there is no certificate to listen with.
    static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as TLSError: "\(error)"
        case let error as CredentialError: "\(error.sentence); \(error.advice)"
        default: "\(error)"
        }
    }
}

/// When credentials end, looked up at most once an hour: it reads certificates.
final class CredentialEnds: Sendable {
    private static let lifetime: Int64 = 3600
    private let known = Mutex<(at: Int64, ends: [String: Int64])?>(nil)

    /// The ends, in seconds since 1970.
    ///
    /// Blocks now and then.
    func look(at settings: RelaySettings) -> [String: Int64] {
        let now = Int64(time(nil))
        return known.withLock { known in
            if let known, (0..<Self.lifetime).contains(now - known.at) { return known.ends }
            let ends = ExpiringCredentials(settings).ends
            known = (now, ends)
            return ends
        }
    }
}
