internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import Synchronization
internal import TLSEngine
internal import WebServer

/// One port of the sandbox that speaks HTTP, with TLS or without.
final class WebListener: Sendable {
    /// Answers one request; asks for its body at most once.
    typealias Responder =
        @Sendable (WebAsk, @Sendable () async throws -> [UInt8]) async throws -> WebAnswer

    /// The port that is listened on.
    let port: Int
    private let service: Task<Void, any Error>
    private let connections: SessionRegister

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
        let connections = SessionRegister()
        let channel = SecureHTTPChannel(
            HTTP1Channel(
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
            ),
            tls: tls,
            opened: { connections.add($0) }
        )
        let (ports, started) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "sandbox", factory: { _ in SwiftLogNoOpLogHandler() })
        let service = Task {
            defer { started.finish() }
            try await channel.serve(
                at: .hostname(host, port: port),
                on: group,
                logger: logger
            ) { started.yield($0.localAddress?.port ?? 0) }
        }
        for await port in ports { return WebListener(port, service, connections) }
        throw await failure(of: service, host, port)
    }

    private init(
        _ port: Int,
        _ service: Task<Void, any Error>,
        _ connections: SessionRegister
    ) {
        self.port = port
        self.service = service
        self.connections = connections
    }

    /// Stops listening and cuts every connection.
    func stop() async {
        service.cancel()
        // Cancelling only ends what is read: an answer that never comes would keep its connection.
        await connections.closeAll()
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
            if var ask = WebAsk(request.head, isSecure: isSecure) {
                ask.client = channel.remoteAddress?.ipAddress ?? ask.client
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
