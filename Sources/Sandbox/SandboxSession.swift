/// The server's side of one session: lines in, actions out, no input or output of its own.
///
/// Every reply passes ``reply(_:at:about:_:)``, where a fault may take its place. A fault that
/// refuses leaves the state as it was; one that only spoils the reply does not.
package struct SandboxSession: Sendable {
    /// What the driver does next, in this order.
    package enum Action: Hashable, Sendable {
        /// Send these octets.
        case send([UInt8])
        /// Send these octets again and again, for as long as the client reads.
        case sendEndlessly([UInt8])
        /// Carry out the rest after a pause, and read nothing before.
        case wait(Duration)
        /// Throw away what was received and negotiate TLS.
        case startTLS(SpoiltHandshake?)
        /// What follows is content, up to the final dot.
        case receiveContent
        /// Keep the content; when that is impossible send ``SandboxReply/cannotKeep`` and leave
        /// out the rest.
        case keep(SandboxMessage)
        /// Throw the content away.
        case discard
        /// Close the connection once everything is sent.
        case close
        /// Close the connection as if the server had died.
        case abort
    }

    enum State: Hashable, Sendable {
        /// Nothing was said. Next: `negotiating` with implicit TLS, else `waitingForHello`.
        case connected
        /// TLS is being negotiated. Next: `waitingForHello`.
        case negotiating
        /// Next: `ready`.
        case waitingForHello
        /// Next: `negotiating`, `signingIn` or `transaction`.
        case ready
        /// Next: `ready`.
        case signingIn(SignInDialogue)
        /// `MAIL` was accepted. Next: `content`, or `ready` after RSET and EHLO.
        case transaction(SandboxTransaction)
        /// `DATA` was accepted. Next: `ready`.
        case content(SandboxTransaction)
        /// Nothing more is said.
        case closed
    }

    /// What a client has achieved so far.
    struct Standing: Hashable, Sendable {
        /// What the client called itself.
        var clientName = ""
        /// The keywords of the last reply to `EHLO`, without their arguments.
        var offered: Set<String> = []
        /// Version and cipher.
        var tls: String?
        var mechanism: SignInDialogue.Mechanism?
        var mailbox: String?
        /// As whom the tenant knows the client.
        var submitter: Submitter?
        /// The names on the client's certificate.
        var certificateNames: [String] = []
    }

    /// An ordinary reply and what comes with it.
    struct Step {
        var reply: SandboxReply
        /// What is done before the reply, if it is positive.
        var before: [Action] = []
        /// What is done instead, if a fault made the reply negative.
        var beforeRefusal: [Action] = []
        /// What is done after the reply, if it is positive and complete.
        var after: [Action] = []
        var state: State?
        var standing: Standing?
    }

    let options: SandboxOptions
    let side: SandboxSide
    let texts: ReplyTexts
    let clientAddress: String
    var state = State.connected
    var standing = Standing()
    var messageCount = 0

    /// Creates the session of a client that has just connected.
    package init(
        options: SandboxOptions,
        side: SandboxSide = .submission,
        sessionID: String,
        clientAddress: String
    ) {
        self.options = options
        self.side = side
        self.clientAddress = clientAddress
        texts = ReplyTexts(hostName: options.hostName, sessionID: sessionID)
    }

    /// Begins the session; `isFull` turns the client away because of the others.
    package mutating func open(
        isFull: Bool,
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        guard case .connected = state else { return [] }
        if isFull { return end(.tooManySessions) }
        guard options.security(of: side) != .implicit else { return startTLS(&books) }
        return greet(at: now, &books)
    }

    /// Consumes one line of the client.
    package mutating func receive(
        _ line: SandboxLine,
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        switch (state, line) {
        case (.closed, _), (.connected, _), (.negotiating, _), (.content, _):
            return []
        case (.signingIn(let dialogue), .text(let text)):
            return receive(response: text, in: dialogue, at: now, &books)
        case (.signingIn, _):
            state = .ready
            return refuse(line == .tooLong ? .authLineTooLong : .strayLineEnd)
        case (_, .text(let text)):
            return receive(command: text, at: now, &books)
        case (_, .tooLong):
            return refuse(.lineTooLong)
        case (_, .strayLineEnd):
            return refuse(.strayLineEnd)
        case (_, .notText):
            return refuse(.invalidArguments)
        }
    }

    /// Tells the session that TLS is up; the client must greet anew (RFC 3207 §4.2).
    package mutating func secured(
        by tls: String,
        certificateNames: [String] = [],
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        guard case .negotiating = state else { return [] }
        standing = Standing()
        standing.tls = tls
        standing.certificateNames = certificateNames
        state = .waitingForHello
        return options.security(of: side) == .implicit ? greet(at: now, &books) : []
    }

    /// Tells the session that the client has been silent for too long.
    package mutating func idledTooLong() -> [Action] {
        end(.idleTooLong)
    }

    private mutating func receive(
        command text: String,
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        let command: SandboxCommand
        do throws(CommandDefect) {
            command = try SandboxCommand.parse(text)
        } catch {
            return refuse(error.reply)
        }
        if case .auth = command {
        } else if text.utf8.count > Self.commandLimit {
            return refuse(.lineTooLong)
        }
        return carryOut(command, at: now, &books)
    }

    /// The longest command but `AUTH`: the 512 octets of RFC 5321 §4.5.3.1.4 and what the
    /// extensions add, of which RFC 3461 §5 alone asks for more than 500.
    static let commandLimit = 2048

    private mutating func carryOut(
        _ command: SandboxCommand,
        at now: SandboxTime,
        _ books: inout SandboxBooks
    ) -> [Action] {
        switch command {
        case .ehlo(let name):
            return hello(name, isExtended: true, &books)
        case .helo(let name):
            return hello(name, isExtended: false, &books)
        case .startTLS:
            return receiveStartTLS(&books)
        case .auth(let mechanism, let initialResponse):
            return receiveAuth(mechanism, initialResponse, at: now, &books)
        case .mail(let sender, let parameters):
            return receiveMail(sender, parameters, at: now, &books)
        case .recipient(let address, let parameters):
            return receiveRecipient(address, parameters, at: now, &books)
        case .data:
            return receiveData(&books)
        case .reset:
            let isGreeted = state != .waitingForHello
            let next = isGreeted ? State.ready : state
            return reply(Step(reply: .reset, state: next), at: .reset, &books)
        case .noOperation:
            return reply(Step(reply: .nothingDone), at: .noOperation, &books)
        case .verify:
            return reply(Step(reply: .cannotVerify), at: .verify, &books)
        case .quit:
            let step = Step(reply: .closing, after: [.close], state: .closed)
            return reply(step, at: .quit, &books)
        }
    }

    private mutating func greet(at now: SandboxTime, _ books: inout SandboxBooks) -> [Action] {
        state = .waitingForHello
        return reply(Step(reply: texts.greeting(at: now)), at: .greeting, &books)
    }

    private mutating func hello(
        _ name: String,
        isExtended: Bool,
        _ books: inout SandboxBooks
    ) -> [Action] {
        var keywords = isExtended ? keywords : []
        let fault = books.faults.take(at: .ehlo, for: subject())
        if case .hide(let hidden)? = fault?.effect {
            keywords.removeAll { hidden.contains(Self.name(of: $0)) }
        }
        var standing = standing
        standing.clientName = name
        standing.offered = Set(keywords.map(Self.name))
        let step = Step(
            reply: texts.hello(client: clientAddress, keywords: keywords),
            state: .ready,
            standing: standing
        )
        return commit(fault, on: step)
    }

    /// What `EHLO` announces now, in the order of Exchange Online.
    private var keywords: [String] {
        var result = ["SIZE \(options.maximumMessageOctets)", "PIPELINING", "DSN"]
        result.append("ENHANCEDSTATUSCODES")
        if options.security(of: side) == .startTLS, standing.tls == nil {
            result.append("STARTTLS")
        }
        if offersSignIn { result.append("AUTH \(mechanisms.joined(separator: " "))") }
        return result + ["8BITMIME", "X-POSTCHUTE-SANDBOX", "SMTPUTF8"]
    }

    private static func name(of keyword: String) -> String {
        String(keyword.prefix { $0 != " " })
    }

    private mutating func receiveStartTLS(_ books: inout SandboxBooks) -> [Action] {
        guard standing.tls == nil else { return refuse(.alreadySecure) }
        switch state {
        case .ready: break
        case .waitingForHello: return refuse(.helloFirst)
        case .transaction: return refuse(.notDuringTransaction)
        case .connected, .negotiating, .signingIn, .content, .closed: return []
        }
        guard standing.offered.contains("STARTTLS") else { return refuse(.unknownCommand) }
        let actions = reply(
            Step(reply: .startTLSReady, state: .negotiating),
            at: .startTLS,
            &books
        )
        // Anything but an undisturbed reply leaves nobody to negotiate with.
        guard case .negotiating = state else { return actions }
        return actions + startTLS(&books)
    }

    private mutating func startTLS(_ books: inout SandboxBooks) -> [Action] {
        state = .negotiating
        let fault = books.faults.take(at: .handshake, for: subject())
        // The pause comes last: whatever arrives during it is the client's part of the handshake.
        let pause = fault?.delay.map { [Action.wait($0)] } ?? []
        guard case .handshake(let spoilt)? = fault?.effect else {
            return [.startTLS(nil)] + pause
        }
        return [.startTLS(spoilt)] + pause
    }
}
