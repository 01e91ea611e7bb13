internal import Delivery
internal import Settings

/// The table of conditions in docs/alerts.md, rendered from the conditions themselves.
package enum AlertReference {
    /// The lines of the table, as Markdown.
    package static func table() -> String {
        let head = ["| condition | severity | when | what to do |", "|---|---|---|---|"]
        let rows = AlertCondition.allCases.map { condition in
            let cells = [
                "`\(condition.rawValue)`", condition.severity.rawValue, condition.occasion,
                condition.advice,
            ]
            return "| \(cells.joined(separator: " | ")) |"
        }
        return (head + rows).joined(separator: "\n") + "\n"
    }
}

extension AlertCondition {
    /// When it holds or happens, in one sentence.
    package var occasion: String {
        switch self {
        case .messageFailed: "A message was refused for good, or given up, and lies in `failed/`."
        case .messageHeld: "Postchute set a message aside in `held/`, for a person to decide."
        case .possibleDuplicate:
            "The connection, or Postchute, ended after the content of a message had gone out, and "
                + "nobody knows whether it was accepted."
        case .routeSuspended: "A route is suspended; the reason is in the alert."
        case .senderSuspended: "The server does not let a sender of a pickup send."
        case .accountLimited: "An account has used up what the server allows."
        case .pickupSuspended: "The disk or a permission keeps Postchute from moving messages."
        case .folderMissing: "A drop folder is not there, or may not be used as it is."
        case .readinessDegraded:
            "Postchute may not ask whether a file is still open, and waits for it to be quiet instead."
        case .backlog: "A message has been waiting for longer than `backlog`."
        case .stalled: "Messages wait, and for `stalled` none was sent, failed or set aside."
        case .pickupRate: "A pickup has used up `max_per_hour` or `max_recipients_per_day`."
        case .diskLow: "A file system has less room than the settings keep free."
        case .credentialExpiring: "A certificate, a secret or a sign-in ends within 30 days."
        case .ledgerNotWritten: "The ledger is locked, full or damaged."
        case .restartedAfterCrash: "The daemon before this one ended without being stopped."
        case .alertsNotDelivered:
            "A channel failed three times, or its mail failed or waits; never told by mail."
        }
    }
}
