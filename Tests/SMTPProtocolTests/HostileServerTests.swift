import SMTPProtocol
import Submission
import Testing

/// A server that says anything at any time.
@Suite("Hostile server")
struct HostileServerTests {
    /// A small generator, so that a failing seed can be played again.
    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let codes = [220, 250, 251, 334, 235, 354, 421, 450, 452, 500, 535, 550, 599]
    private static let texts = [
        "", "OK", "STARTTLS", "4.5.3 x", "AUTH XOAUTH2", "SIZE 5", "PIPELINING",
    ]

    private static func play(_ seed: Int) throws -> Run {
        var dice = Dice(state: UInt64(seed) &* 7919 &+ 1)
        var run = Run(
            SessionPolicy(
                helloName: HelloName("c"),
                security: [.none, .startTLS, .implicit].randomElement(using: &dice) ?? .none,
                mechanism: [nil, .plain, .login, .xoauth2].randomElement(using: &dice) ?? nil,
                pipelining: Bool.random(using: &dice) ? .envelope : .off,
                allowsSandbox: true
            )
        )
        try run.play(&dice, events: 60)
        return run
    }

    @Test(arguments: 0..<400)
    func `no order of events traps, and one message has one outcome`(_ seed: Int) throws {
        let run = try Self.play(seed)
        #expect(run.reports == run.messages)
        #expect(run.plainSecrets == 0, "a secret left before TLS")
    }

    @Test func `the dice reach every phase and every end`() throws {
        var phases: Set<SessionPhase> = []
        var ends: Set<String> = []
        for seed in 0..<400 {
            let run = try Self.play(seed)
            phases.formUnion(run.phases)
            ends.formUnion(run.ends)
        }
        #expect(phases == Set(SessionPhase.allCases).subtracting([.connect]))
        #expect(ends == ["accepted", "failed", "uncertain"])
    }

    /// One session with a driver that obeys.
    struct Run {
        private var machine: SessionMachine
        private let security: TransportSecurity
        private var isSecure = false
        private var isReady = false
        private var isPulling = false
        private var isShaking = false
        private var wantsCredentials = false
        private(set) var messages = 0
        private(set) var reports = 0
        private(set) var plainSecrets = 0
        private(set) var phases: Set<SessionPhase> = []
        private(set) var ends: Set<String> = []

        init(_ policy: SessionPolicy) {
            machine = SessionMachine(policy)
            security = policy.security
        }

        mutating func play(_ dice: inout Dice, events: Int) throws {
            act(machine.connected())
            for _ in 0..<events {
                phases.insert(machine.phase)
                act(try event(&dice))
            }
            if isPulling { act(machine.contentReady(isLast: true)) }
            act(machine.connectionLost(detail: "end"))
            if isPulling { act(machine.contentReady(isLast: true)) }
        }

        private mutating func event(_ dice: inout Dice) throws -> SessionAction {
            if isShaking {
                isShaking = false
                isSecure = true
                return machine.tlsEstablished()
            }
            if wantsCredentials, isUsual(&dice) {
                wantsCredentials = false
                return machine.credentialsObtained(Credentials(user: "u", secret: "s"))
            }
            if isReady, isUsual(&dice) { return begin() }
            if isPulling, isUsual(&dice) {
                isPulling = false
                return machine.contentReady(isLast: Bool.random(using: &dice))
            }
            switch Int.random(in: 0..<100, using: &dice) {
            case 0: return machine.connectionLost(detail: "x")
            case 1: return machine.deadlinePassed(after: .seconds(1))
            case 2: return machine.receiveMalformed(.tooManyLines(limit: 1))
            case 3: return machine.stop()
            case 4: return machine.tlsFailed("x")
            case 5: return machine.quit()
            case 6, 7: return machine.contentSent()
            case 8: return machine.contentFailed(.missing)
            default: return try reply(&dice)
            }
        }

        private func isUsual(_ dice: inout Dice) -> Bool {
            Int.random(in: 0..<12, using: &dice) > 0
        }

        private mutating func reply(_ dice: inout Dice) throws -> SessionAction {
            let friendly: Int? =
                switch machine.phase {
                case .greeting, .startTLS: 220
                case .authentication: Bool.random(using: &dice) ? 334 : 235
                case .data: 354
                case .hello, .mail, .recipient, .endOfData, .reset, .quit: 250
                case .connect, .tlsHandshake, .content: nil
                }
            let any = HostileServerTests.codes.randomElement(using: &dice) ?? 250
            let code = isUsual(&dice) ? friendly ?? any : any
            let extra = HostileServerTests.texts.randomElement(using: &dice) ?? ""
            let lines =
                machine.phase == .hello
                ? ["mx", "STARTTLS", "AUTH PLAIN LOGIN XOAUTH2", "PIPELINING"] : [extra]
            let following: Following =
                isUsual(&dice)
                ? .nothing : [.more, .farewell].randomElement(using: &dice) ?? .more
            return machine.receive(Reply(try #require(ReplyCode(code)), lines: lines), following)
        }

        private mutating func begin() -> SessionAction {
            isReady = false
            messages += 1
            let recipients = ["a", "b", "c"].compactMap {
                MailAddress(localPart: $0, domain: "x").map { EnvelopeRecipient($0) }
            }
            let envelope = Envelope(sender: nil, recipients: recipients)
            return machine.begin(
                TransactionRequest(envelope: envelope, contentOctets: 4, has8BitContent: false)
            )
        }

        private mutating func act(_ action: SessionAction) {
            switch action {
            case .wait, .nothing: break
            case .send(let flight, _), .sendData(let flight, _):
                if flight.disclosure != .whole, security != .none, !isSecure { plainSecrets += 1 }
                isReady = isReady && flight.octets != Array("QUIT\r\n".utf8)
            case .startTLS: isShaking = true
            case .obtainCredentials: wantsCredentials = true
            case .becomeReady: isReady = true
            case .pullContent: isPulling = true
            case .sendContent: break
            case .report(let report, let afterwards):
                reports += 1
                ends.insert(String("\(report.end)".prefix { $0 != "(" }))
                isReady = afterwards == .keep
            case .fail, .rehearsed, .close: isReady = false
            }
        }
    }
}
