import Delivery
import EventLog
import Settings
import Spool
import Synchronization
import TestSupport

@testable import Alerts

/// One second in microseconds.
let second: Int64 = 1_000_000
/// 2026-11-23 10:15:30 UTC.
let start: Int64 = 1_795_428_930_000_000
/// The package's root folder.
let packageRoot = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// An alert about a route, the commonest.
func suspended(_ route: String = "m365") -> Alert {
    Alert(.routeSuspended, route, "Route \(route) is suspended: no.", advice: "Wait.")
}

/// A message that failed.
func failure(_ file: String = "a.eml", pickup: String = "erp") -> Incident {
    Incident(Alert(.messageFailed, pickup, pickup: pickup, ""), sample: "\(file): refused.")
}

extension AlertBook.Rules {
    /// Rules as the settings have them without a word.
    static let usual = Self(AlertSettings())
}

/// A snapshot in which nothing is the matter.
func calm(at now: Int64 = start) -> RelaySnapshot {
    RelaySnapshot(
        takenAt: now,
        processID: 1,
        version: "1",
        pickups: [RelaySnapshot.PickupStatus(missing: "erp", nil)],
        routes: []
    )
}

/// Keeps what it is given, and fails as often as it is told to.
final class KeepingSender: AlertSender {
    private let state: Mutex<(notices: [Notice], failures: Int)>

    init(failures: Int = 0) { state = Mutex(([], failures)) }

    var notices: [Notice] { state.withLock { $0.notices } }

    func send(_ notice: Notice) async -> String? {
        state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                return "The service answered 503."
            }
            state.notices.append(notice)
            return nil
        }
    }
}

/// Channels that need nothing.
func channels(_ names: String...) -> AlertSettings {
    AlertSettings(
        channels: names.map {
            AlertChannelSettings(name: $0, means: .command(AlertCommand(arguments: ["/bin/true"])))
        }
    )
}
