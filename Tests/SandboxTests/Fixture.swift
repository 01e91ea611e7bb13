import NIOPosix
import Synchronization
import TestSupport

@testable import Sandbox

/// Runs a body with a sandbox that is started before and stopped after it.
func withSandbox<Value>(
    _ change: (inout SandboxOptions) -> Void = { _ in },
    _ body: (SandboxServer) async throws -> Value
) async throws -> Value {
    var options = SandboxOptions()
    options.keep = false
    change(&options)
    let server = SandboxServer(
        options: options,
        group: MultiThreadedEventLoopGroup.singleton
    )
    try await server.start()
    do {
        let value = try await body(server)
        await server.stop()
        return value
    } catch {
        await server.stop()
        throw error
    }
}

/// Collects the messages a sandbox tells of.
final class Told: Sendable {
    private let book = Mutex<[SandboxMessage]>([])

    var messages: [SandboxMessage] { book.withLock { $0 } }

    func add(_ message: SandboxMessage) { book.withLock { $0.append(message) } }
}
