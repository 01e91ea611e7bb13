import FoundationEssentials
import Glibc
import TestSupport

/// A daemon with four pickups and two routes in fast time, whose night went wrong.
///
/// `erp` sends as an application with a secret (route `lab`); `orders`, `scans` and `batch` by the
/// password of another mailbox (route `desk`). `scans` lies on a small disk of its own, and `batch`
/// may send five messages an hour.
struct MorningRelay: Sendable {
    let relay: RelayHarness
    let tenant: RehearsalTenant
    /// Where the dashboard answers, and who asks.
    let page: DashboardVisit

    /// Fast enough for an alert to be over in seconds, slow enough for an hour to outlast the scene.
    private static let speed = 20

    /// Its pickups, by name.
    static let pickups = ["erp", "orders", "scans", "batch"]

    /// Runs a body with the daemon on its last good evening; it must stop with exit code 0.
    static func run(_ label: String, _ body: (MorningRelay) async throws -> Void) async throws {
        let tenant = try RehearsalTenant().unhurried()
        let clock = try await FastClock(speed: speed)
        try await withScratchFolder(label) { scratch in
            let relay = try RelayHarness(scratch, try plan(clock))
            try prepare(scratch)
            let disk = try scratch.makeFolder("scans", mode: 0o700)
            try await SickDisk.withTinyDisk(at: disk, size: "3m") {
                do {
                    try scratch.write(tenant.toml, to: "tenant.toml")
                    try await relay.startSandbox()
                    try relay.writeSettings()
                    try await relay.startDaemon()
                    let page = try await DashboardVisit(relay)
                    try await body(MorningRelay(relay: relay, tenant: tenant, page: page))
                    try await relay.stopDaemon()
                    await relay.abandon()
                } catch {
                    await relay.abandon()
                    throw error
                }
            }
        }
    }

    private static func prepare(_ scratch: ScratchFolder) throws {
        let secrets = [("secret", "erp-secret"), ("desk-password", "scanner-password")]
        for (name, secret) in secrets {
            try scratch.write(secret, to: name)
            chmod(scratch.path(name), 0o600)
        }
        for name in ["orders", "batch"] { try scratch.makeFolder(name, mode: 0o700) }
        // In the morning somebody has made this mailbox.
        let unknown =
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
        try scratch.write("at RCPT to new@contoso.com reply \"\(unknown)\"", to: "script")
        // One notice in a line.
        try scratch.write(Pager.program, to: "page")
    }

    private static func plan(_ clock: FastClock) throws -> RelayPlan {
        var plan = RelayPlan()
        plan.replacesRoute = true
        plan.route = TenantRoute.exchangeOnline.route + ["rate = '6000/min'"]
        plan.launcher = clock.launcher
        plan.sandboxLauncher = clock.launcher
        plan.sandbox = ["--tenant", "{root}/tenant.toml", "--script", "{root}/script"]
        plan.tables = tables(limit: 5, TenantRelay.identity(.exchangeOnline))
        return plan
    }

    /// Everything beside `erp` and `lab`; `batch` may send so many messages an hour.
    private static func tables(limit: Int, _ identity: String) -> String {
        let desk = TenantRoute.password.route.map {
            $0.replacing("erp@", with: "scanner@").replacing(
                "mailbox-password",
                with: "desk-password"
            )
        }
        let pickups = ["orders", "scans", "batch"].map {
            "[pickup.\($0)]\npath = '{root}/\($0)'\nroute = 'desk'\nsettle = '1 s'\n"
        }
        return """
            \(pickups.joined(separator: "\n"))
            max_per_hour = \(limit)

            [route.desk]
            \(desk.joined(separator: "\n"))
            rate = '6000/min'

            \(identity)

            [alerts]
            every = '2 min'

            [alert.it]
            kind = 'mail'
            route = 'desk'
            from = 'scanner@contoso.com'
            to = ['it@contoso.com']

            \(Pager.table)

            [http]
            listen = '127.0.0.1:0'
            """
    }

    /// Has `batch` send a hundred messages an hour and notes when the new secret ends, as an operator
    /// does: settings, then SIGHUP.
    func changeSettings() async throws {
        var route = TenantRoute.exchangeOnline
        route.identity.append("client_secret_expires = 2099-12-31")
        var plan = relay.plan
        plan.tables = Self.tables(limit: 100, TenantRelay.identity(route))
        try relay.writeSettings(plan)
        try await reload()
    }

    /// Has the daemon read its settings and the files they name again.
    func reload() async throws {
        let count = relay.lines("reloaded").count
        relay.daemon?.send(signal: SIGHUP)
        try await waitUntil("the reload; the log:\n\(relay.log)") {
            relay.lines("reloaded").count > count
        }
    }
}

extension MorningRelay {
    /// The folder of a pickup.
    func folder(_ pickup: String) -> String {
        pickup == "erp" ? relay.drop : relay.scratch.path(pickup)
    }

    /// The day's folder of `sent/` of `scans`.
    var sentFolder: String {
        let sent = "\(folder("scans"))/sent"
        return "\(sent)/\(folderNames(sent).first ?? "")"
    }

    /// Drops a message into a pickup, from whom its route may send as.
    func drop(_ id: String, into pickup: String, to recipient: String = "b@example.org") throws {
        let sender = pickup == "erp" ? "erp@contoso.com" : "scanner@contoso.com"
        let text = RelayHarness.message(id, to: recipient)
            .replacing("From: a@example.com", with: "From: \(sender)")
        let temporary = "\(folder(pickup))/.\(id).tmp"
        try writeFile(text.utf8, to: temporary)
        guard rename(temporary, "\(folder(pickup))/\(id).eml") == 0 else {
            throw WaitError("rename: \(systemError())")
        }
    }

    /// The files of a pickup's place that were dropped as this id, as paths.
    func files(_ place: Place, _ id: String, of pickup: String) -> [String] {
        RelayHarness.entries(place, below: folder(pickup))
            .filter { $0.name == Array("\(id).eml".utf8) }.map(\.path)
    }

    /// Waits until a place of a pickup has the message; returns its path.
    @discardableResult
    func wait(_ place: Place, _ id: String, of pickup: String) async throws -> String {
        try await waitUntil("\(id) in \(pickup)/\(place.rawValue); the log:\n\(relay.log)") {
            !files(place, id, of: pickup).isEmpty
        }
        return files(place, id, of: pickup).first ?? ""
    }

    /// The text beside a failed message, without its CRs.
    func reason(_ id: String, of pickup: String) throws -> String {
        guard let path = files(.failed, id, of: pickup).first else {
            throw WaitError("\(id) has not failed")
        }
        return String(decoding: try readFile("\(path).txt"), as: UTF8.self)
            .replacing("\r\n", with: "\n")
    }

    /// One of the messages of the writer that ran away, which waits or is set aside.
    func waitingRun(_ place: Place = .queue) throws -> String {
        let names = RelayHarness.entries(place, below: folder("batch")).map {
            String(decoding: $0.name.dropLast(4), as: UTF8.self)
        }
        guard let name = names.first else { throw WaitError("none of batch is in \(place)") }
        return name
    }

    /// The page of a message.
    func messagePage(_ id: String, _ place: Place, of pickup: String) async throws -> String {
        let path = try await wait(place, id, of: pickup)
        return try await page.text("/messages/\(path.split(separator: "/").last?.prefix(35) ?? "")")
    }
}

extension MorningRelay {
    /// What went wrong.
    var troubles: [Trouble] { Trouble.all(disk: folder("scans")) }

    /// The lines of *What needs attention*: how each begins and ends.
    var attention: [(start: String, end: String)] {
        let room = " of 3072 KB free; nothing is submitted until there is more."
        return [
            ("pickup scans: The disk of \(folder("scans")) has only ", room),
            (
                "route lab: The sign-in of identity 'contoso' was refused: the client secret has"
                    + " expired (AADSTS7000222, trace ",
                "; to have it look at once: postchute resume --route lab"
            ),
            (
                "pickup batch: It has used up its limit of 5 messages in an hour; the rest waits, and"
                    + " there is room again in ",
                " min. \(Trouble.setAside)"
            ),
            (
                "disk of spool of scans: The disk of \(folder("scans")) has only ",
                "\(room) \(Trouble.makeRoom)"
            ),
            (
                "pickup orders: 3 messages lie in failed/. Do what the .txt beside each says and move"
                    + " it back to the drop folder, or run postchute retry with its id; postchute"
                    + " remove gives it up.", ""
            ),
        ]
    }

    /// The same on the overview, where the table of pickups tells of what failed.
    var obstacles: [(start: String, end: String)] {
        attention.dropLast().map {
            ($0.start.prefix(1).uppercased() + $0.start.dropFirst(), $0.end)
        }
    }
}
