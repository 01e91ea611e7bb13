internal import ArgumentParser
internal import EventLog
internal import Glibc
internal import Logging
internal import Operations
internal import SafeText
internal import ServiceLifecycle
internal import Settings
internal import Spool
internal import UnixSignals

/// `postchute run`: the daemon.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the relay until SIGTERM or SIGINT.",
        discussion: """
            SIGHUP reads the settings again: if anything in them is wrong, the old ones stay. Nothing \
            that is being sent is cut off. Started by systemd with Type=notify it tells when it is \
            ready, how it is and that it is alive.
            """
    )

    @OptionGroup var settings: SettingsOption

    func run() async throws {
        // Before a reload is possible it must not end the daemon that is to be.
        signal(SIGHUP, SIG_IGN)
        try settings.adoptServiceUser(keepsLeases: true)
        let path = settings.path
        let settings = try settings.load()
        let mask = Result { try Self.mask(settings) }
        let manager = ServiceManager.takeFromEnvironment()
        let log = LogSink(
            descriptor: STDERR_FILENO,
            minimum: LogLevel(settings.log.level),
            style: LogStyle(settings.log.style),
            filter: (try? mask.get()).map { mask in { @Sendable in mask.text($0) } }
        )
        defer { log.close() }
        do {
            try await Self.serve(settings, from: path, log, mask: try mask.get(), manager)
        } catch let error as StartError {
            log.write(LogLine(.error, "not-started").adding("reason", error.sentence))
            throw error.status.error
        }
    }

    /// What hides addresses and subjects, where the settings ask for it.
    private static func mask(_ settings: RelaySettings) throws -> PrivacyMask? {
        guard settings.isPrivate else { return nil }
        try StateFolder.prepare(settings.state)
        do throws(PrivacyKeyError) {
            return try PrivacyKey(settings.state).mask(creating: true)
        } catch {
            throw StartError(error.sentence, .settings)
        }
    }

    private static func serve(
        _ settings: RelaySettings,
        from path: String,
        _ log: LogSink,
        mask: PrivacyMask?,
        _ manager: ServiceManager
    ) async throws {
        try StateFolder.prepare(settings.state)
        let relay = try await Relay(
            settings: settings,
            from: path,
            log: log,
            mask: mask,
            manager: manager
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: relay, successTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: QuietHandler.logger
            )
        )
        try await group.run()
    }
}

/// The service group says nothing an operator needs: the relay words its own start and stop.
struct QuietHandler: LogHandler {
    static let logger = Logger(label: "postchute") { _ in QuietHandler() }

    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .critical

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {}
}

/// Why the daemon does not start.
struct StartError: Error {
    let sentence: String
    let status: ExitStatus

    init(_ sentence: String, _ status: ExitStatus) {
        self.sentence = sentence
        self.status = status
    }

    /// The refusal of a pickup's spool: unsafe folders are settings, everything else may pass.
    init(_ pickup: String, _ error: SpoolError) {
        sentence = "pickup \(pickup): \(error.sentence)"
        if case .unsafe = error.kind { status = .settings } else { status = .unavailable }
    }
}

/// The folder of `[state]`.
enum StateFolder {
    /// Makes the folder if it is missing, and finds out now whether it can be written.
    static func prepare(_ settings: StateSettings) throws {
        let path = settings.directory
        if mkdir(path, 0o750) != 0, errno != EEXIST {
            throw StartError(
                "cannot create \(path): \(String(cString: strerror(errno))); create it, owned by "
                    + "the user postchute runs as",
                .settings
            )
        }
        if access(path, W_OK | X_OK) != 0 {
            throw StartError(
                "cannot write to \(path): \(String(cString: strerror(errno))); run: "
                    + "chown \(geteuid()) \(path)",
                .settings
            )
        }
    }
}
