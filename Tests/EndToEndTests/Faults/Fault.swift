/// One system call that is refused: which, where, with which error, and from when on.
struct Fault: Sendable, Hashable, CustomStringConvertible {
    /// What the message is on its way to when the call is refused.
    let flow: FaultFlow
    /// The call, as strace(1) names it.
    let call: String
    /// The file or folder of the call, `nil` for wherever it is made.
    let place: FaultPlace?
    /// The error, such as `EIO`.
    let error: String
    /// Which of the calls are refused, in each thread: `1+` is all of them.
    var when = "1+"
    /// Whether the call is refused before the file is dropped, or when its content is on the wire.
    var phase = Phase.before

    /// When the fault begins.
    enum Phase: String, Sendable, Hashable {
        case before
        /// The server keeps its reply to the final dot back until then.
        case onTheWire
    }

    var description: String {
        let place = place.map { " of \($0)" } ?? ""
        let when = when == "1+" ? "" : " (\(when))"
        return "\(flow): \(call)\(place) fails with \(error)\(when)"
    }

    /// What strace(1) is to inject.
    var injection: String { "\(call):error=\(error):when=\(when)" }

    /// Whether ARCHITECTURE.md wants a restart afterwards: a failed sync is never believed again.
    var leavesSickness: Bool { call == "fsync" && place?.isFolder == true && error != "EINTR" }
}

/// A file or folder a message meets on its way, with what differs from one run to the next left out.
struct FaultPlace: Sendable, Hashable, CustomStringConvertible {
    /// The path below the scratch folder; `<id>` is the message's id, `<day>` today.
    let path: String

    var description: String { path }

    /// Whether it is a folder of the spool.
    var isFolder: Bool { !path.contains("<id>") && !path.hasSuffix(".eml") }

    /// Whether its path is known before the message has its id.
    var isKnownBefore: Bool { !path.contains("<id>") }

    /// Takes the path of a call, or returns `nil` for one that is not below the scratch folder.
    init?(_ path: Substring, scratch: String) {
        guard path.hasPrefix("\(scratch)/") else { return nil }
        let named = path.dropFirst(scratch.count + 1).replacing(
            /[0-9]{8}T[0-9]{12}-[0-9a-z]{13}/,
            with: "<id>"
        )
        self.init(String(named.replacing(/[0-9]{4}-[0-9]{2}-[0-9]{2}/, with: "<day>")))
    }

    /// Names a place.
    init(_ path: String) { self.path = path }

    /// The path in one run.
    func path(scratch: String, day: String, id: String?) -> String {
        "\(scratch)/\(path)".replacing("<day>", with: day).replacing("<id>", with: id ?? "<id>")
    }
}

/// The ways of a message that between them make every call there is.
enum FaultFlow: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Accepted at once.
    case sent
    /// Larger than what is read once.
    case large
    /// Under a name too long for an id in front.
    case longName = "long name"
    /// Refused for now, then accepted: has a history.
    case deferred
    /// Refused for good.
    case refused
    /// Never finished by its writer.
    case truncated
    /// The spool lies on another file system.
    case crossing

    var description: String { rawValue }

    /// The name of the file.
    var file: String { self == .longName ? String(repeating: "n", count: 251) + ".eml" : "x.eml" }

    /// The file.
    var text: String {
        switch self {
        case .sent, .longName, .deferred, .refused, .crossing: return RelayHarness.message("x")
        case .large:
            let line = String(repeating: "x", count: 75) + "\n"
            return RelayHarness.message("x", body: String(repeating: line, count: 8000))
        case .truncated: return "From: a@example.com\nSubject: cut"
        }
    }

    /// Whether files are written for the message after the server has answered.
    var meetsServerTwice: Bool { self == .deferred || self == .refused }

    /// Where the message ends.
    var end: Place {
        switch self {
        case .sent, .large, .longName, .deferred, .crossing: .sent
        case .refused: .failed
        case .truncated: .held
        }
    }

    /// What the server does, if the reply to the dot is held back.
    func script(holdsBack: Bool) -> String? {
        let delay = holdsBack ? "delay 4s " : ""
        return switch self {
        case .sent, .large, .longName, .crossing:
            holdsBack ? "at dot \(delay)times 1" : nil
        case .deferred: #"at dot \#(delay)reply "451 4.7.0 Busy." times 1"#
        case .refused: #"at dot \#(delay)reply "550 5.7.1 No.""#
        case .truncated: nil
        }
    }
}
