internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization
internal import TLSEngine

/// One port of the sandbox that speaks HTTP, with TLS or without.
final class WebListener: Sendable {
    /// Answers one request; asks for its body at most once.
    typealias Responder =
        @Sendable (WebAsk, @Sendable () async throws -> [UInt8]) async throws -> WebAnswer

    /// The port that is listened on.
    let port: Int
    private let service: Task<Void, any Error>

    /// Listens, without `tls` for plain HTTP.
    ///
    /// A body of more than `bodyLimit` octets is answered with 413.
    static func start(
        host: String,
        port: Int,
        tls: TLSContext?,
        bodyLimit: Int,
        group: any EventLoopGroup,
        responder: @escaping Responder
    ) async throws(SandboxError) -> WebListener {
        let child = WebChild(
            tls: tls,
            base: HTTP1Channel(
                responder: { request, writer, channel in
                    try await Self.respond(
                        to: request,
                        with: writer,
                        channel,
                        bodyLimit: bodyLimit,
                        isSecure: tls != nil,
                        responder
                    )
                },
                configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(120))
            )
        )
        let (ports, started) = AsyncStream.makeStream(of: Int.self)
        let server = child.server(
            configuration: ServerConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { started.yield($0.localAddress?.port ?? 0) },
            eventLoopGroup: group,
            logger: Logger(label: "sandbox", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let service = Task {
            defer { started.finish() }
            try await server.run()
        }
        for await port in ports { return WebListener(port: port, service: service) }
        throw await failure(of: service, host, port)
    }

    private init(port: Int, service: Task<Void, any Error>) {
        self.port = port
        self.service = service
    }

    /// Stops listening and cuts every connection.
    func stop() async {
        service.cancel()
        _ = await service.result
    }

    private static func failure(
        of service: Task<Void, any Error>,
        _ host: String,
        _ port: Int
    ) async -> SandboxError {
        var reason = "it stopped at once"
        if case .failure(let error) = await service.result {
            reason = (error as? IOError).map { SystemError.text($0.errnoCode) } ?? "\(error)"
        }
        return .listen(host: host, port: port, reason: reason)
    }

    private static func respond(
        to request: Request,
        with writer: consuming ResponseWriter,
        _ channel: any Channel,
        bodyLimit: Int,
        isSecure: Bool,
        _ responder: Responder
    ) async throws {
        let answer: WebAnswer
        do {
            if request.headers[.expect]?.lowercased() == "100-continue" {
                try await writer.writeInformationalHead(HTTPResponse(status: .continue))
            }
            if let ask = WebAsk(request.head, isSecure: isSecure) {
                answer = try await responder(ask) {
                    Array(buffer: try await request.body.collect(upTo: bodyLimit))
                }
            } else {
                answer = .text(400, "The address of the request cannot be read.")
            }
        } catch is NIOTooManyBytesError {
            answer = .text(413, "The request is larger than \(bodyLimit) octets.")
        }
        if let delay = answer.delay { try await Task.sleep(for: delay) }
        switch answer.ending {
        case .sent: break
        case .cut: return try await channel.close().get()
        case .silent: return try await channel.closeFuture.get()
        }
        let body = ByteBuffer(bytes: answer.body)
        try await writer.write(
            response: Response(answer, body: body).head,
            body: answer.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: body)
        )
    }
}

/// The handlers of one connection: TLS where it is wanted, then HTTP.
private struct WebChild: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let tls: TLSContext?
    let base: HTTP1Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            guard let tls else { return }
            let handler = SecureServerHandler(try tls.makeServerConnection())
            try channel.pipeline.syncOperations.addHandler(handler)
        }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

extension WebAsk {
    /// Reads a request; `nil` when its address is malformed.
    fileprivate init?(_ head: HTTPRequest, isSecure: Bool) {
        let parts = (head.path ?? "/").split(
            separator: "?",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        var path: [String] = []
        for segment in parts[0].split(separator: "/") {
            guard let decoded = PercentText.decode(segment) else { return nil }
            path.append(decoded)
        }
        guard let query = FormFields(parts.count == 2 ? parts[1] : "") else { return nil }
        self.method = head.method.rawValue
        self.path = path
        self.query = query
        body = []
        self.isSecure = isSecure
        headers = head.headerFields.reduce(into: [:]) { $0[$1.name.canonicalName] = $1.value }
        headers["host"] = head.authority
    }
}

extension Response {
    fileprivate init(_ answer: WebAnswer, body: ByteBuffer) {
        var fields = HTTPFields()
        for field in answer.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            fields.append(HTTPField(name: name, value: field.value))
        }
        fields[.contentLength] = "\(body.readableBytes)"
        self.init(
            status: HTTPResponse.Status(code: answer.status),
            headers: fields
        )
    }
}
