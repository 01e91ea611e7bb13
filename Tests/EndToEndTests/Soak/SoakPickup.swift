import Glibc
import TestSupport

/// A pickup of the soak, and how its writers leave their files.
struct SoakPickup: Sendable {
    /// How a writer says that a file is finished.
    enum Writer: Sendable {
        /// It closes the file; half of the time it renames it as well.
        case closes
        /// It gives the file its name at the end.
        case renames
        /// It leaves a second file beside it, in a subfolder.
        case marks
    }

    let name: String
    /// Relative to the scratch folder.
    let folder: String
    let spool: String
    let writer: Writer
    /// Whether only small messages come, since the disk is small.
    var isSmall = false

    /// The pickups: everything a pickup can be.
    static let all = [
        SoakPickup(name: "erp", folder: "drop", spool: "drop", writer: .closes),
        SoakPickup(name: "scans", folder: "scans", spool: "scans", writer: .renames),
        SoakPickup(name: "forms", folder: "forms", spool: "forms", writer: .marks),
        SoakPickup(
            name: "bulk",
            folder: "bulk",
            spool: "disk/spool",
            writer: .renames,
            isSmall: true
        ),
    ]

    /// Its settings beside those of the harness: two routes, one with TLS and a sign-in, one plain,
    /// and one to a server that is never there.
    static var plan: RelayPlan {
        var plan = RelayPlan.signedIn
        plan.sandbox = ["--tls", "starttls", "--open"]
        let secure = plan.route + ["connections = 2", "idle_timeout = '1 s'"]
        plan.route = ["connections = 3", "pipelining = 'envelope'", "idle_timeout = '1 s'"]
        let common = [
            "service = 'smtp'", "host = '127.0.0.1'", "sandbox = true", "retry_first = '300ms'",
            "retry_maximum = '2s'",
        ]
        plan.tables = """
            [pickup.scans]
            path = '{root}/scans'
            route = 'secure'
            ready = 'renamed'
            patience = '1 s'

            [pickup.forms]
            path = '{root}/forms'
            route = ['away', 'secure', 'lab']
            ready = 'marker:.ok'
            recursive = true
            patience = '1 s'

            [pickup.bulk]
            path = '{root}/bulk'
            route = ['lab', 'secure']
            spool = '{root}/disk/spool'
            settle = '100ms'
            patience = '1 s'

            [route.secure]
            port = {port}
            \((common + secure).joined(separator: "\n"))

            [route.away]
            port = 9
            tls = 'none'
            \(common.joined(separator: "\n"))
            """
        return plan
    }

    /// Leaves a message in the drop folder.
    func drop(_ message: SoakMessage, in root: String) throws {
        let folder = "\(root)/\(folder)"
        let file = message.file
        let half = Int(message.name.utf8.last ?? 0) % 2 == 0
        switch writer {
        case .closes where half:
            try writeFile(file, to: "\(folder)/\(message.name).eml")
        case .closes, .renames:
            let temporary = "\(folder)/.\(message.name).tmp"
            try writeFile(file, to: temporary)
            try must("rename", rename(temporary, "\(folder)/\(message.name).eml"))
        case .marks:
            let deep = "\(folder)/desk-\(message.lines % 10)"
            mkdir(deep, 0o700)
            try writeFile(file, to: "\(deep)/\(message.name).eml")
            try writeFile([], to: "\(deep)/\(message.name).ok")
        }
    }
}

/// A file in the spool of a pickup.
struct SoakFile: Sendable {
    let pickup: SoakPickup
    let place: Place
    let path: String
    let id: String
    /// The name of the message, that of its file without `.eml`.
    let name: String

    /// Every message in a place of a pickup's spool.
    static func all(_ pickup: SoakPickup, _ place: Place, root: String) -> [SoakFile] {
        let spool = "\(root)/\(pickup.spool)"
        let folders =
            place == .sent
            ? folderNames("\(spool)/sent").map { "\(spool)/sent/\($0)" }
            : ["\(spool)/\(place.rawValue)"]
        return folders.flatMap { folder in
            folderNames(folder).filter { $0.hasSuffix(".eml") && !$0.hasPrefix(".") }.map { file in
                SoakFile(
                    pickup: pickup,
                    place: place,
                    path: "\(folder)/\(file)",
                    id: String(file.prefix(35)),
                    name: String(file.dropFirst(36).dropLast(4))
                )
            }
        }
    }
}
