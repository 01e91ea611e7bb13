internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// One request on its way: hands over the body, collects the response, and knows how far it got.
final class WebExchange: HTTPClientResponseDelegate {
    typealias Response = WebResponse

    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var fate = WebError.Fate.notSent
        var isConnected = false
        /// Nothing is handed over any more.
        var isOver = false
        var response = WebResponse(status: 0)
        var upload: Task<Void, Never>?
    }

    /// Creates an exchange whose response may have so many octets.
    init(limit: Int) { self.limit = limit }

    /// Ends the exchange after an error and returns what is known of the request.
    func end() -> (fate: WebError.Fate, isConnected: Bool) {
        let last = state.withLock { state in
            state.isOver = true
            return state
        }
        last.upload?.cancel()
        return (last.fate, last.isConnected)
    }

    /// The last octet is about to be handed over.
    ///
    /// Said before and not after: between the two the service may already have it.
    private func willHandOverLast() {
        state.withLock { state in
            if !state.isOver { state.fate = .unanswered }
        }
    }

    func didSendRequestHead(task: HTTPClient.Task<WebResponse>, _ head: HTTPRequestHead) {
        state.withLock { $0.isConnected = true }
    }

    func didSendRequest(task: HTTPClient.Task<WebResponse>) { willHandOverLast() }

    func didReceiveHead(
        task: HTTPClient.Task<WebResponse>,
        _ head: HTTPResponseHead
    ) -> EventLoopFuture<Void> {
        let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        guard length <= limit else { return task.eventLoop.makeFailedFuture(ResponseTooLong()) }
        state.withLock { state in
            state.response.status = Int(head.status.code)
            state.response.headers = head.headers.map {
                WebResponse.Header(name: $0.name.lowercased(), value: $0.value)
            }
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(
        task: HTTPClient.Task<WebResponse>,
        _ buffer: ByteBuffer
    ) -> EventLoopFuture<Void> {
        let isWithin = state.withLock { state in
            guard state.response.body.count + buffer.readableBytes <= limit else { return false }
            state.response.body += buffer.readableBytesView
            return true
        }
        return isWithin
            ? task.eventLoop.makeSucceededVoidFuture()
            : task.eventLoop.makeFailedFuture(ResponseTooLong())
    }

    func didReceiveError(task: HTTPClient.Task<WebResponse>, _ error: any Error) { _ = end() }

    func didFinishRequest(task: HTTPClient.Task<WebResponse>) throws -> WebResponse {
        state.withLock { $0.response }
    }
}

extension WebExchange {
    /// The body in the form the client takes; its end marks the request as handed over.
    func body(_ body: WebRequest.Body, on loop: any EventLoop) -> HTTPClient.Body? {
        switch body {
        case .none, .octets([]):
            nil
        case .octets(let octets):
            .stream(contentLength: Int64(octets.count)) { writer in
                self.willHandOverLast()
                return writer.write(.byteBuffer(ByteBuffer(bytes: octets)))
            }
        case .chunks(let length, let next):
            .stream(contentLength: length.map(Int64.init)) { writer in
                let promise = loop.makePromise(of: Void.self)
                self.keep(
                    Task {
                        do {
                            try await self.upload(next, length: length, to: writer)
                            promise.succeed()
                        } catch {
                            promise.fail(error)
                        }
                    }
                )
                return promise.futureResult
            }
        }
    }

    private func keep(_ upload: Task<Void, Never>) {
        let isOver = state.withLock { state in
            state.upload = upload
            return state.isOver
        }
        if isOver { upload.cancel() }
    }

    private func upload(
        _ next: @Sendable () async throws -> [UInt8]?,
        length: Int?,
        to writer: HTTPClient.Body.StreamWriter
    ) async throws {
        var count = 0
        while let chunk = try await Self.chunk(next) {
            count += chunk.count
            if let length {
                guard count <= length else { throw SourceFailed() }
                if count == length { willHandOverLast() }
            }
            try await writer.write(.byteBuffer(ByteBuffer(bytes: chunk))).get()
        }
        // Too short a body must not look like a whole one.
        guard length.map({ $0 == count }) ?? true else { throw SourceFailed() }
        // Without a length the last chunk of RFC 9112 §7.1 is still to come.
        willHandOverLast()
    }

    private static func chunk(
        _ next: @Sendable () async throws -> [UInt8]?
    ) async throws -> [UInt8]? {
        do {
            return try await next()
        } catch {
            throw SourceFailed()
        }
    }
}

/// The source of a body failed, or gave more or less than it had announced.
struct SourceFailed: Error {}

/// A response is longer than was asked for.
struct ResponseTooLong: Error {}
