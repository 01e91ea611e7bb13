internal import AccessTokens
internal import Delivery
internal import Documents
internal import EventLog
internal import Glibc
internal import Pickup
internal import NIOCore
internal import SMTPProtocol
internal import SMTPSubmission
internal import Settings
internal import Spool
internal import Submission
internal import TLSEngine

// Each setting becomes the parameter of the part it concerns here, and nowhere else: the parts know
// nothing of files and keys.

extension DeliveryRate {
    /// The rate of a route's settings; `nil` is unlimited.
    init?(_ limit: RateLimit) {
        switch limit {
        case .unlimited: return nil
        case .limited(let messages, let per): self.init(messages, per: per)
        }
    }
}

extension SettlementPolicy {
    /// The policy of a pickup; what it does not say its first route says.
    init(_ pickup: PickupSettings, routes: [RouteSettings]) {
        var schedule = RetrySchedule()
        if let route = routes.first(where: { $0.name == pickup.routes.first }) {
            schedule.first = route.retryFirst
            schedule.maximum = route.retryMaximum
            schedule.giveUpAfter = pickup.giveUpAfter ?? route.giveUpAfter
        }
        self.init(
            schedule: schedule,
            whenUncertain: pickup.whenUncertain == .hold ? .hold : .retry
        )
    }
}

extension PickupRules {
    /// The rules of a pickup's settings.
    init(_ pickup: PickupSettings, documents: DocumentRules?) {
        let ready: ReadyPolicy =
            switch pickup.ready {
            case .closed: .closed
            case .renamed: .renamed
            case .marker(let suffix): .marker(suffix: suffix)
            }
        self.init(
            ready: ready,
            settle: pickup.settle,
            quiet: pickup.quiet,
            patience: pickup.patience,
            truncated: pickup.truncated == .hold ? .hold : .send,
            isRecursive: pickup.isRecursive,
            documents: documents.map {
                DocumentPickup(rules: $0, bundle: pickup.documents?.bundle)
            }
        )
    }
}

extension SMTPRoute {
    /// The route of a route's settings.
    ///
    /// - Throws: ``CredentialError`` when the passphrase of the client certificate cannot be read.
    init(_ settings: RouteSettings) throws {
        self.init(
            name: settings.name,
            host: settings.host,
            port: Int(settings.port),
            tls: TransportSecurity(settings.tls),
            signIn: try SignIn(settings.signIn),
            ehlo: settings.ehlo ?? HostName.own
        )
        tlsName = settings.tlsName
        tlsClient = try TLSClientSettings(settings)
        pipelining = settings.pipelining == .off ? .off : .envelope
        bind = settings.bind
        addressFamily =
            switch settings.addressFamily {
            case .any: .any
            case .ipv4: .ipv4
            case .ipv6: .ipv6
            }
        idleTimeout = settings.idleTimeout
        allowsSandbox = settings.allowsSandbox
        timeouts = SMTPTimeouts(settings)
    }
}

/// The submitter of a route's settings.
///
/// - Throws: ``CredentialError`` when the passphrase of the client certificate cannot be read.
func makeSubmitter(
    _ settings: RouteSettings,
    loop: any EventLoop,
    trace: (@Sendable (String) -> Void)? = nil
) throws -> any Submitter {
    let route = try SMTPRoute(settings)
    guard settings.signIn.isEachAuthor, case .token(_, let token) = settings.signIn else {
        return SMTPSubmitter(route: route, loop: loop, trace: trace)
    }
    let tokens = FileToken(path: token.path)
    return MailboxSubmitter(route: route, tokens: tokens, loop: loop, trace: trace)
}

extension SMTPTimeouts {
    /// The waits of a route's settings.
    init(_ settings: RouteSettings) {
        self.init()
        if let reply = settings.replyTimeout {
            (greeting, hello, mail, recipient) = (reply, reply, reply, reply)
            (data, content) = (reply, reply)
        }
        connect = settings.connectTimeout
        endOfData = settings.finalReplyTimeout
    }
}

extension TransportSecurity {
    /// The protection of a route's settings.
    init(_ mode: TLSMode) {
        switch mode {
        case .startTLS: self = .startTLS
        case .implicit: self = .implicit
        case .none: self = .none
        }
    }
}

extension SignIn {
    /// The sign-in of a route's settings; secrets are read when they are needed, not now.
    init(_ settings: SignInSettings) throws {
        switch settings {
        case .none:
            self = .none
        case .password(let user, let password, .plain):
            self = .plain(user: user, FileSecret(path: password.path))
        case .password(let user, let password, .login):
            self = .login(user: user, FileSecret(path: password.path))
        case .password(let user, let password, .any):
            self = .password(user: user, FileSecret(path: password.path))
        case .token(let user, let token):
            self = .xoauth2(mailbox: user, FileToken(path: token.path))
        case .identity(_, let identity):
            throw CredentialError(
                "the identity \(identity) obtains no tokens",
                advice: "Set token_file or password_file in its place."
            )
        }
    }
}

extension TLSClientSettings {
    /// Trust and client certificate of a route's settings.
    init(_ settings: RouteSettings) throws {
        let identity = try settings.clientCertificate.map { try TLSIdentitySource($0) }
        switch settings.trust {
        case .system: self.init(trust: .system, clientIdentity: identity)
        case .file(let path): self.init(trust: .file(path), clientIdentity: identity)
        case .pinned(let digest):
            self.init(trust: .system, pinnedSHA256: digest, clientIdentity: identity)
        }
    }
}

extension TLSIdentitySource {
    /// The client certificate of a route's settings.
    init(_ settings: ClientCertificateSettings) throws {
        let passphrase = try settings.passphrase.map {
            Passphrase(try FileSecret(path: $0.path).secret())
        }
        if settings.isPKCS12 {
            self = .pkcs12(path: settings.certificate, passphrase: passphrase)
        } else {
            self = .pem(
                certificate: settings.certificate,
                key: settings.key?.path ?? settings.certificate,
                passphrase: passphrase
            )
        }
    }
}

extension LogLevel {
    /// The level of the settings.
    init(_ level: LogSettings.Level) {
        switch level {
        case .error: self = .error
        case .warning: self = .warning
        case .notice: self = .notice
        case .info: self = .info
        case .debug: self = .debug
        }
    }
}

extension LogStyle {
    /// The style of the settings; `auto` asks where standard error leads.
    init(_ style: LogSettings.Style) {
        switch style {
        case .auto: self = .detect(descriptor: STDERR_FILENO)
        case .journal: self = .journal
        case .plain: self = .plain
        }
    }
}

extension EngineClock {
    /// The system's clocks.
    ///
    /// The monotonic one goes on while the machine sleeps: a message that waited through a night of
    /// suspend is due in the morning.
    static let system = EngineClock(
        monotonic: { Duration.microseconds(microseconds(CLOCK_BOOTTIME)) },
        wall: { microseconds(CLOCK_REALTIME) },
        boot: HostClock.boot,
        isWallKept: { HostClock.isWallKept }
    )

    private static func microseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// The name this host calls itself.
enum HostName {
    /// The host's own name, or `localhost` where it has none.
    static var own: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let octets = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: octets, as: UTF8.self)
        return name.isEmpty ? "localhost" : name
    }
}

extension SignInSettings {
    /// Whether a refused sign-in may be tried again by itself: a token locks no account.
    var mayBeProbed: Bool {
        switch self {
        case .none, .token, .identity: true
        case .password: false
        }
    }
}

extension PickupSettings {
    /// The folders whose events are our own doing.
    var spoolFolders: [String] { SpoolFolder.namesInDrop.map { "\(spool)/\($0)" } }
}
