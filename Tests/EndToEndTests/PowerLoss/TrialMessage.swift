/// A pickup of the recording.
enum TrialPickup: String, Sendable, CaseIterable {
    /// With its spool in the drop folder.
    case near
    /// Likewise, and with `when_uncertain = "hold"`.
    case careful
    /// With its spool on another file system.
    case far

    /// The folder that holds `queue/` and the others.
    var spool: String {
        switch self {
        case .near, .careful: rawValue
        case .far: "\(TrialFolder.disk.rawValue)/spool"
        }
    }
}

/// A folder under which the recording knows a path; the first word of every path.
enum TrialFolder: String, Sendable, CaseIterable {
    case near, careful, far
    /// The folder on another file system in which ``TrialPickup/far`` makes its spool.
    case disk
}

/// A message of the recording; its sender is `key@example.com`.
struct TrialMessage: Sendable {
    /// What the file's name begins with; letters and digits.
    let key: String
    let pickup: TrialPickup
    /// The file's name.
    let name: String
    let text: String
    /// The words to look for where the message was delivered: the end of its text.
    let ending: String

    /// Creates a message whose file is named after the key.
    init(
        _ key: String,
        _ pickup: TrialPickup = .near,
        name: String? = nil,
        header: String? = nil,
        body: String = "Hello."
    ) {
        self.key = key
        self.pickup = pickup
        self.name = name ?? "\(key).eml"
        ending = "This is the end of \(key)."
        let header =
            header ?? "From: \(key)@example.com\nTo: b@example.org\nSubject: \(key)\n"
        text = "\(header)\n\(body)\n\(ending)\n"
    }

    /// The path of the writer's file.
    var path: String { "\(pickup.rawValue)/\(name)" }
}

// Every message of a recording has a key of its own.
extension TrialMessage: Hashable {
    static func == (left: Self, right: Self) -> Bool { left.key == right.key }

    func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// Which message a file of the spool belongs to.
struct TrialNames: Sendable {
    private var keys: [String: String] = [:]

    /// Learns which ids were given to which messages.
    init(_ messages: [TrialMessage], _ calls: some Sequence<DiskCall>) {
        for message in messages { keys[message.path] = message.key }
        for case .move(let from, let to) in calls {
            guard let key = keys[from], let id = Self.id(to) else { continue }
            keys[id] = key
        }
    }

    /// The key of the message a path belongs to.
    func key(_ path: String) -> String? { keys[path] ?? Self.id(path).flatMap { keys[$0] } }

    /// The key of the message with an id.
    func key(id: String) -> String? { keys[id] }

    /// The id in a path's last part, which may begin with a dot.
    static func id(_ path: String) -> String? {
        let name = path.split(separator: "/").last.map { $0.hasPrefix(".") ? $0.dropFirst() : $0 }
        // `20261123T101530123456-7h3k9q2mzx4wp`.
        guard let name, name.utf8.count >= 35, name.dropFirst(8).first == "T",
            name.dropFirst(21).first == "-"
        else { return nil }
        return String(name.prefix(35))
    }
}
