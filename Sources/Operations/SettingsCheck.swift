internal import Delivery
internal import Glibc
internal import MailMessage
internal import SafeText
package import Settings
internal import Spool

/// What `check` finds: settings, folders and permissions, each complaint with its cure.
package struct SettingsCheck: Sendable {
    private let settings: RelaySettings

    /// Checks settings that could be read, as the user the daemon runs as.
    package init(_ settings: RelaySettings) { self.settings = settings }

    /// Reads a settings file with all it names and says everything there is to say about it.
    package static func run(path: String) -> CommandResult {
        do {
            let settings = try RelaySettings.load(path: path, probe: .outsideSystemd)
            return Self(settings).run()
        } catch {
            return CommandResult(complaints: error.errors.map(\.description), status: .settings)
        }
    }

    /// Everything there is to say about folders and permissions.
    package func run() -> CommandResult {
        let complaints = settings.pickups.flatMap(complaints) + stateComplaints
        let expiring = ExpiringCredentials(settings).warnings(now: Int64(time(nil)))
        let remarks = (warnings + expiring).map { "Warning: \($0)" }
        guard complaints.isEmpty else {
            let who = "The folders were checked for user \(ServiceUser.name(geteuid()))."
            return CommandResult(remarks, complaints: complaints + [who], status: .settings)
        }
        let pickups = Readable.count(settings.pickups.count, "pickup")
        let routes = Readable.count(settings.routes.count, "route")
        return CommandResult(["Settings are right: \(pickups), \(routes)."] + remarks)
    }

    private func complaints(_ pickup: PickupSettings) -> [String] {
        var lines = MessageSpool.check(SpoolOptions(of: pickup)).map {
            missingFolder($0, pickup) ?? $0.fullSentence
        }
        if pickup.spool != pickup.path { lines += creatable(pickup.spool) }
        lines += feedbackComplaints(pickup)
        return lines.map { "pickup \(pickup.name): \($0)" }
    }

    private func feedbackComplaints(_ pickup: PickupSettings) -> [String] {
        guard let folder = FeedbackFolder(pickup), let error = folder.problem() else { return [] }
        guard error.kind == .vanished, let path = pickup.feedback else {
            return [error.fullSentence]
        }
        let user = ServiceUser.name(geteuid())
        return [
            "There is no folder \(path); run: install -d -o \(user) -g GROUP -m 2750 "
                + "\(shellWord(path)) with the group of those who may read it."
        ]
    }

    /// A drop folder that is not there comes with the command that makes it.
    private func missingFolder(_ error: SpoolError, _ pickup: PickupSettings) -> String? {
        guard error.kind == .vanished else { return nil }
        let (user, path) = (ServiceUser.name(geteuid()), shellWord(pickup.path))
        return "There is no folder \(pickup.path); postchute waits for it. If it is no mount, run: "
            + "install -d -o \(user) -m 3770 \(path)"
    }

    private var stateComplaints: [String] {
        creatable(settings.state.directory).map { "state: \($0)" }
    }

    /// A folder of our own must be ours to write, or its parent must let us make it.
    private func creatable(_ path: String) -> [String] {
        let (user, word) = (ServiceUser.name(geteuid()), shellWord(path))
        if faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0 {
            let isOurs = faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0
            return isOurs
                ? []
                : [
                    "Cannot write in folder \(path); run: chown \(user) \(word) && chmod u+rwx \(word)"
                ]
        }
        let parent = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
        let isWritable =
            faccessat(AT_FDCWD, parent.isEmpty ? "/" : String(parent), W_OK | X_OK, AT_EACCESS) == 0
        return isWritable
            ? [] : ["Cannot make folder \(path); run: install -d -o \(user) -m 700 \(word)"]
    }

    /// What is allowed and yet worth a second thought.
    private var warnings: [String] {
        settings.pickups.filter { $0.writers == .trusted }.map {
            "pickup \($0.name): owners and modes of its folders are not checked "
                + "(writers = \"trusted\"); whoever can write there can send anything."
        }
            + settings.pickups.filter(isAnybody).map {
                "pickup \($0.name): whoever can write there can send as any mailbox "
                    + "(mailbox = \"{from}\" without allow_from)."
            } + settings.routes.flatMap(warnings) + unusedIdentities
    }

    private var unusedIdentities: [String] {
        let used = Set(settings.routes.compactMap(\.signIn.identity))
        return settings.identities.filter { !used.contains($0.name) }.map {
            "identity \($0.name): no route uses it."
        }
    }

    private func isAnybody(_ pickup: PickupSettings) -> Bool {
        pickup.messages.envelope.allowFrom.isEmpty
            && settings.routes.contains {
                pickup.routes.contains($0.name) && $0.signIn.isEachAuthor
            }
    }

    private func warnings(_ route: RouteSettings) -> [String] {
        var lines: [String] = []
        if !settings.pickups.contains(where: { $0.routes.contains(route.name) }) {
            lines.append("no pickup uses it.")
        }
        if route.tls == .none {
            lines.append("messages and passwords go unencrypted (tls = \"none\").")
        }
        if route.allowsSandbox {
            lines.append("a sandbox is accepted as the server (sandbox = true).")
        }
        if route.service == .exchangeOnline, case .password = route.signIn {
            lines.append(
                "Microsoft switches passwords off by default from the end of December 2026, and for "
                    + "good later; an identity signs in without one."
            )
        }
        return lines.map { "route \(route.name): \($0)" }
    }
}

extension SettingsProbe {
    /// The system's probe; where systemd has not started us it takes credentials on trust.
    static var outsideSystemd: Self {
        let system = Self.system
        guard system.credentialsDirectory == nil else { return system }
        let directory = RelaySettings.credentialsDirectory
        return Self(
            look: { path in
                path.hasPrefix("\(directory)/")
                    ? .file(mode: 0o400, isReadable: true) : system.look(path)
            },
            hasGroup: system.hasGroup,
            isTimeZone: system.isTimeZone,
            credentialsDirectory: directory,
            environment: system.environment
        )
    }
}
