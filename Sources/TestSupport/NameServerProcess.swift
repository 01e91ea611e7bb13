import Glibc

/// A private dnsmasq on 127.0.0.1 that knows what it is told and nothing else.
///
/// Names below `test` that it is not told of do not exist; all other questions it refuses. Ended
/// with its last reference, or when the test process ends.
package final class NameServerProcess: Sendable {
    /// The port on 127.0.0.1, for UDP and TCP.
    package let port: Int
    private let process: ChildProcess

    /// Starts a server with lines such as `mx-host=contoso.test,mail.contoso.test,10`.
    package init(in folder: ScratchFolder, _ lines: [String]) async throws {
        port = try freePort()
        let settings =
            [
                "no-resolv", "no-hosts", "bind-interfaces", "listen-address=127.0.0.1",
                "port=\(port)", "local=/test/", "log-facility=-", "user=", "pid-file=",
            ] + lines
        let text = settings.joined(separator: "\n") + "\n"
        let file = try folder.write(text, to: "dnsmasq.conf")
        process = try ChildProcess(["dnsmasq", "--keep-in-foreground", "--conf-file=\(file)"])
        try await waitUntil("dnsmasq to listen; it said \(process.errors)") {
            if let exit = process.exit {
                throw WaitError("dnsmasq ended: \(exit), \(process.errors)")
            }
            return PostfixServer.canConnect(port)
        }
    }

    /// Ends the server.
    package func stop() async throws { try await process.end() }
}
