/// What a ``RelayHarness`` starts, and with which settings.
struct RelayPlan: Sendable {
    /// Lines above every table, such as `privacy = true`.
    var general: [String] = []
    /// Lines of `[pickup.erp]`, such as `ready = 'renamed'`; each replaces the default of its key.
    var pickup: [String] = []
    /// Where the spool lies; `nil` is the drop folder.
    var spool: String?
    /// Lines of `[route.lab]`, likewise.
    var route: [String] = []
    /// More tables, with `{root}` for the scratch folder and `{port}` for the sandbox's port.
    var tables = ""
    /// The least important lines of the daemon's log.
    var level = "info"
    /// Options of the sandbox.
    var sandbox = ["--tls", "none", "--open"]
    /// The faults the sandbox commits.
    var script: String?
    /// What stands before the sandbox's command line.
    var sandboxLauncher: [String] = []
    /// Whether ``route`` is the whole table, without the defaults of a server of any kind.
    var replacesRoute = false
    /// What stands before the daemon's command line, such as `setpriv` with its options.
    var launcher: [String] = []
    /// Whether the programs are copied into the scratch folder: the folder they were built in may
    /// be closed to another user.
    var copiesPrograms = false
    /// The mode of the drop folder.
    var dropMode: UInt32 = 0o700

    /// A route with STARTTLS, where the daemon signs in with a password.
    static var signedIn: RelayPlan {
        var plan = RelayPlan()
        plan.sandbox = ["--tls", "starttls"]
        plan.route = [
            "tls = 'starttls'",
            "ca_file = '{root}/sandbox/ca.pem'",
            "username = 'sandbox@example.com'",
            "password_file = '{root}/password'",
        ]
        return plan
    }

    /// The settings file.
    ///
    /// `ports` are those of the sandbox's other sides by their names, for `{relay}` and the like.
    func settings(root: String, port: Int, ports: [String: Int] = [:]) -> String {
        let pickup = Self.merge(
            ["path = '{root}/drop'", "route = 'lab'"]
                + ["settle = '100ms'", "quiet = '500ms'", "patience = '1s'"]
                + (spool.map { ["spool = '\($0)'"] } ?? []),
            self.pickup
        )
        let server = ["service = 'smtp'", "host = '127.0.0.1'", "port = {port}", "tls = 'none'"]
        let defaults = ["sandbox = true", "retry_first = '300ms'", "retry_maximum = '2s'"]
        let route = replacesRoute ? self.route : Self.merge(server + defaults, self.route)
        let text = """
            \(general.joined(separator: "\n"))
            [pickup.erp]
            \(pickup.joined(separator: "\n"))

            [route.lab]
            \(route.joined(separator: "\n"))

            [state]
            directory = '{root}/state'

            [log]
            style = 'plain'
            level = '\(level)'

            \(tables)

            """
        return ports.reduce(
            text.replacing("{root}", with: root).replacing("{port}", with: "\(port)")
        ) { $0.replacing("{\($1.key)}", with: "\($1.value)") }
    }

    private static func merge(_ defaults: [String], _ lines: [String]) -> [String] {
        let keys = Set(lines.map(key))
        return defaults.filter { !keys.contains(key($0)) } + lines
    }

    private static func key(_ line: String) -> Substring { line.prefix { $0 != " " } }
}
