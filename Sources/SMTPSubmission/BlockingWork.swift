import NIOCore
import NIOPosix

/// Work that waits for the disk or the resolver, away from the event loop.
enum BlockingWork {
    /// Runs the body on one of the process's blocking threads.
    static func run(_ body: @escaping @Sendable () -> Void) {
        NIOSingletons.posixBlockingThreadPool.submit { _ in body() }
    }
}
