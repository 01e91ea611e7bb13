internal import Synchronization

extension WebCore {
    /// A request to Graph on its way through.
    struct GraphExchange: Sendable {
        let ask: WebAsk
        let request: GraphRequest
        let caller: GraphCaller
        /// What `request-id` says.
        let id: String
        let now: SandboxTime
    }

    /// Answers a request to Graph; a mailbox has room for it before its body is read.
    func graphAnswer(
        _ ask: WebAsk,
        _ body: @Sendable () async throws -> [UInt8]
    ) async throws -> WebAnswer {
        let id = identifier()
        let now = tenant.now
        var account: String?
        defer { if let account { book.withLock { $0.graph.end(account) } } }
        do {
            let request = try GraphRequest(ask)
            let caller = try GraphCaller.judge(ask.bearer, request, tenant, key, at: now)
            try begin(caller, now)
            account = caller.account
            var exchange = GraphExchange(
                ask: ask,
                request: request,
                caller: caller,
                id: id,
                now: now
            )
            if let fault = takeFault(at: .graph), fault.effect != .delayOnly {
                return try await graphFault(fault, id, now)
            }
            try checkLength(ask)
            var read = ask
            read.body = try await body()
            guard read.body.count <= limits.requestOctets else { throw GraphError.requestTooLarge }
            exchange = GraphExchange(
                ask: read,
                request: request,
                caller: caller,
                id: id,
                now: now
            )
            return try await finish(exchange)
        } catch let error as GraphError {
            return refuse(error, id, now)
        }
    }

    /// The limits of Graph.
    var limits: Rehearsal.Graph { tenant.rehearsal.limits.graph }

    private func begin(_ caller: GraphCaller, _ now: SandboxTime) throws(GraphError) {
        let limits = limits
        let result: Result<Void, GraphError> = book.withLock { book in
            Result { () throws(GraphError) in
                try book.graph.begin(caller.account, limits, at: now)
            }
        }
        try result.get()
    }

    private func checkLength(_ ask: WebAsk) throws(GraphError) {
        let length = ask.header("content-length").flatMap { Int($0) } ?? 0
        guard length <= limits.requestOctets else { throw .requestTooLarge }
    }

    private func finish(_ exchange: GraphExchange) async throws -> WebAnswer {
        let (result, pause) = try perform(exchange)
        if let pause { try await Task.sleep(for: pause) }
        switch result {
        case .answer(var answer):
            answer.fields += Self.graphFields(exchange.id)
            return answer
        case .fault(let fault): return try await graphFault(fault, exchange.id, exchange.now)
        }
    }

    /// What a request comes to.
    enum GraphResult: Sendable {
        case answer(WebAnswer)
        case fault(WebFault)
    }

    private func perform(
        _ exchange: GraphExchange
    ) throws(GraphError) -> (GraphResult, pause: Duration?) {
        switch exchange.request.operation {
        case .sendMail: try sendMail(exchange)
        case .sendMessage(let id): try sendDraft(id, exchange)
        case .createMessage: (.answer(try createDraft(exchange)), nil)
        case .readMessage(let id): (.answer(try readDraft(id, exchange)), nil)
        case .deleteMessage(let id): (.answer(try deleteDraft(id, exchange)), nil)
        case .addAttachment(let id): (.answer(try addAttachment(id, exchange)), nil)
        case .createUpload(let id): (.answer(try createUpload(id, exchange)), nil)
        }
    }

    /// The response to a refused request.
    func refuse(_ error: GraphError, _ id: String, _ now: SandboxTime) -> WebAnswer {
        var fields = Self.graphFields(id)
        if case .throttled(let kind) = error {
            count(kind)
            if options.sendsRetryAfter { fields.append(.init(name: "Retry-After", value: "10")) }
        }
        if error.status == 401 {
            fields.append(.init(name: "WWW-Authenticate", value: "Bearer realm=\"\""))
        }
        var answer = WebAnswer.json(error.status, error.body(id, now))
        answer.fields += fields
        return answer
    }

    private func count(_ kind: GraphError.Throttle) {
        switch kind {
        case .concurrency: tenant.count(.graphRequestsAtOnce)
        case .requests: tenant.count(.graphRequests)
        case .upload: tenant.count(.graphUpload)
        // The tenant has counted it already.
        case .submission: break
        }
    }

    private func graphFault(
        _ fault: WebFault,
        _ id: String,
        _ now: SandboxTime
    ) async throws -> WebAnswer {
        if let delay = fault.delay { try await Task.sleep(for: delay) }
        var answer: WebAnswer
        switch fault.effect {
        case .status(let status, let retryAfter):
            answer = .json(status, Self.error(of: status).body(id, now))
            if let retryAfter {
                answer.fields.append(.init(name: "Retry-After", value: "\(retryAfter)"))
            }
        case .signIn: answer = .json(401, GraphError.tokenExpired.body(id, now))
        case .graph(let error): answer = .json(error.status, error.body(id, now))
        case .accepted: answer = WebAnswer(200)
        case .silent, .keptSilent, .cut, .keptCut:
            answer = WebAnswer(500)
            answer.ending = fault.effect.ending
        case .delayOnly: answer = WebAnswer(202)
        }
        answer.fields += Self.graphFields(id)
        return answer
    }

    private static func error(of status: Int) -> GraphError {
        GraphError(named: "\(status)") ?? (status < 500 ? .malformed("Requested.") : .internalError)
    }

    /// What every response of Graph carries.
    static func graphFields(_ id: String) -> [WebAnswer.Field] {
        [
            .init(name: "request-id", value: id), .init(name: "client-request-id", value: id),
            .init(
                name: "x-ms-ags-diagnostic",
                value: JSONValue.members([
                    (
                        "ServerInfo",
                        .members([
                            ("DataCenter", "Sandbox"), ("Slice", "E"), ("Ring", "1"),
                            ("ScaleUnit", "001"), ("RoleInstance", "SANDBOX01"),
                        ])
                    )
                ]).json
            ),
        ]
    }
}
