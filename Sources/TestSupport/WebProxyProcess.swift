/// A private tinyproxy on 127.0.0.1 that connects to one port only.
///
/// Ended with its last reference, or when the test process ends.
package final class WebProxyProcess: Sendable {
    /// The port on 127.0.0.1.
    package let port: Int
    private let process: ChildProcess

    /// Starts a proxy that lets CONNECT through to a port, for everybody or one user.
    package init(
        in folder: ScratchFolder,
        connectPort: Int,
        account: (user: String, password: String)? = nil
    ) async throws {
        port = try freePort()
        var lines = [
            "Port \(port)", "Listen 127.0.0.1", "Allow 127.0.0.1", "Timeout 60",
            "MaxClients 20", "ConnectPort \(connectPort)",
        ]
        if let account { lines.append("BasicAuth \(account.user) \(account.password)") }
        let text = lines.joined(separator: "\n") + "\n"
        let file = try folder.write(text, to: "tinyproxy-\(port).conf")
        process = try ChildProcess(["tinyproxy", "-d", "-c", file])
        try await waitUntil("tinyproxy to listen; it said \(process.output)") {
            if let exit = process.exit {
                throw WaitError("tinyproxy ended: \(exit), \(process.output)\(process.errors)")
            }
            return PostfixServer.canConnect(port)
        }
    }

    /// What the proxy logged.
    package var log: String { process.output }

    /// Ends the proxy.
    package func stop() async throws { try await process.end() }
}
