import TestSupport
import Testing

@testable import Sandbox

@Suite("Foreign clients")
struct ForeignClientTests {
    @Test func `swaks signs in over STARTTLS and its message is kept as it was sent`() async throws
    {
        try await withScratchFolder { folder in
            let change: (inout SandboxOptions) -> Void = {
                $0.keep = true
                $0.folder = folder.path
            }
            try await withSandbox(change) { server in
                let swaks = try ChildProcess(swaks(server, "--tls", "--auth", "LOGIN"))
                let exit = try await swaks.waitForExit()
                #expect(exit == .code(0), "\(swaks.output)\(swaks.errors)")
                try await server.waitUntilAccepted(1)
            }
            #expect(folder.names().count == 3)
        }
    }

    private func swaks(_ server: SandboxServer, _ options: String...) -> [String] {
        [
            "swaks", "--server", "127.0.0.1", "--port", "\(server.port)",
            "--from", "sandbox@example.com", "--to", "someone@example.com",
            "--auth-user", "sandbox@example.com", "--auth-password", "sandbox",
        ] + options
    }
}
