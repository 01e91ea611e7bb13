package import NIOCore
internal import NIOPosix
internal import Synchronization

/// A mail server on loopback that looks like Exchange Online and can be told to fail.
package final class SandboxServer: Sendable {
    private let options: SandboxOptions
    private let group: any EventLoopGroup
    private let running = Mutex<Running?>(nil)

    private struct Running {
        let core: SandboxCore
        var listeners: [SandboxSide: any Channel] = [:]
        var web: SandboxWeb?
        let sessions = SessionRegister()
    }

    /// Creates a server that does nothing yet.
    package init(options: SandboxOptions, group: any EventLoopGroup) {
        self.options = options
        self.group = group
    }

    /// Makes the certificate, opens the folder and listens.
    ///
    /// - Throws: ``SandboxError``.
    package func start() async throws {
        guard Loopback.contains(options.host) else {
            throw SandboxError.notLoopback(options.host)
        }
        var running = Running(core: try SandboxCore(options))
        var ports = options.sidePorts
        ports[.submission] = options.port
        do throws(SandboxError) {
            for (side, port) in ports {
                running.listeners[side] = try await listen(side, port, running)
            }
            running.web = try await SandboxWeb.start(running.core, group)
        } catch {
            for listener in running.listeners.values { try? await listener.close().get() }
            throw error
        }
        self.running.withLock { [running] in $0 = running }
    }

    private func listen(
        _ side: SandboxSide,
        _ port: Int,
        _ running: Running
    ) async throws(SandboxError) -> any Channel {
        let (core, sessions) = (running.core, running.sessions)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                sessions.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SessionHandler(core, side))
                }
            }
        do {
            return try await bootstrap.bind(host: options.host, port: port).get()
        } catch {
            throw SandboxError.listen(
                host: options.host,
                port: port,
                reason:
                    "\((error as? IOError).map { SystemError.text($0.errnoCode) } ?? "\(error)")"
            )
        }
    }

    /// The port of client submission; 0 while the server does not listen.
    package var port: Int { port(of: .submission) }

    /// The port of a side; 0 while it does not listen.
    package func port(of side: SandboxSide) -> Int {
        running.withLock { $0?.listeners[side]?.localAddress?.port ?? 0 }
    }

    /// The ports of all sides that listen.
    package var ports: [SandboxSide: Int] {
        running.withLock { $0?.listeners.compactMapValues { $0.localAddress?.port } ?? [:] }
    }

    /// What clients did and which limits they ran into, as the tenant counts.
    package var counts: RehearsalCounts {
        running.withLock { $0?.core.books.withLock { $0.tenant.counts } } ?? RehearsalCounts()
    }

    /// The port for HTTPS; 0 while the server does not listen there.
    package var securePort: Int { running.withLock { $0?.web?.securePort ?? 0 } }

    /// The port for plain HTTP; 0 while the server does not listen there.
    package var plainPort: Int { running.withLock { $0?.web?.plainPort ?? 0 } }

    /// The certificates a client must trust, as in `ca.pem`; `nil` without TLS.
    package var certificatePEM: String? {
        running.withLock { $0?.core.certificatePEM }
    }

    /// What the server has done since it started.
    package var counters: SandboxCounters {
        running.withLock { $0?.core.tally.counters } ?? SandboxCounters()
    }

    /// Waits until so many messages are accepted since the start.
    ///
    /// - Throws: ``SandboxError/waitedInVain(accepted:awaited:)`` when the limit passes first or
    ///   the task is cancelled.
    package func waitUntilAccepted(_ count: Int, limit: Duration = .seconds(30)) async throws {
        guard let tally = running.withLock({ $0?.core.tally }) else {
            throw SandboxError.waitedInVain(accepted: 0, awaited: count)
        }
        let loop = group.next()
        let promise = loop.makePromise(of: Bool.self)
        if let key = tally.whenAccepted(count, wake: { promise.succeed($0) }) {
            let timer = loop.scheduleTask(in: TimeAmount(limit)) { tally.giveUp(key) }
            promise.futureResult.whenComplete { _ in timer.cancel() }
            let isInTime = try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                tally.giveUp(key)
            }
            guard isInTime else {
                let accepted = tally.counters.accepted
                throw SandboxError.waitedInVain(accepted: accepted, awaited: count)
            }
        }
    }

    /// Stops listening and cuts every session.
    package func stop() async {
        guard let running = running.withLock({ $0 }) else { return }
        for listener in running.listeners.values { try? await listener.close().get() }
        await running.sessions.closeAll()
        await running.web?.stop()
    }
}

/// The channels of a server's sessions.
private final class SessionRegister: Sendable {
    private struct Book {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let book = Mutex(Book())

    /// Remembers a channel until it closes.
    func add(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let isLate = book.withLock { book in
            book.channels[key] = channel
            return book.isClosed
        }
        channel.closeFuture.whenComplete { _ in
            self.book.withLock { _ = $0.channels.removeValue(forKey: key) }
        }
        if isLate { channel.close(promise: nil) }
    }

    /// Closes every channel and those that come late.
    func closeAll() async {
        let channels = book.withLock { book in
            book.isClosed = true
            return Array(book.channels.values)
        }
        for channel in channels { try? await channel.close().get() }
    }
}
