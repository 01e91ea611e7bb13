import FoundationEssentials
import TestSupport
import Testing

/// `postchute sandbox` as somebody without a daemon uses it.
@Suite("Sandbox command")
struct SandboxCommandTests {
    private struct Ports: Decodable {
        let host: String
        let submission: Int
        let relay: Int
        let hve: Int
        let acs: Int
        let https: Int
        let http: Int
    }

    private static let tenant = """
        [tenant.contoso]
        id = "5a4db0c5-0000-4000-8000-000000000001"
        domains = ["contoso.com"]
        [mailbox."erp@contoso.com"]
        password = "secret"
        [limits]
        messages_per_minute = 1
        """

    @Test func `a tenant file opens every side, and the counts are left behind`() async throws {
        try await withScratchFolder("sandbox-command") { scratch in
            try scratch.write(Self.tenant, to: "tenant.toml")
            let sandbox = try ChildProcess(
                [
                    try Executables.postchute, "sandbox", "--tenant", "tenant.toml", "--port", "0",
                    "--folder", "mail", "--speed", "2",
                ],
                folder: scratch.path
            )
            try await sandbox.waitForOutput("is metadata services and the inbox.")
            let ports = try JSONDecoder().decode(
                Ports.self,
                from: Data(try scratch.read("mail/ports.json"))
            )
            #expect(ports.host == "127.0.0.1")
            for port in [ports.submission, ports.relay, ports.hve, ports.acs] {
                #expect(sandbox.output.contains("127.0.0.1:\(port) is "), "\(sandbox.output)")
            }
            for line in [
                "https://127.0.0.1:\(ports.https)/ is sign-in, Graph and the inbox.\n",
                "http://127.0.0.1:\(ports.http)/ is metadata services and the inbox.\n",
            ] {
                #expect(sandbox.output.contains(line), "\(sandbox.output)")
            }
            // The second message ends the session with 421; swaks then exits with 26.
            for code in [Int32(0), 26] {
                let run = try await ChildProcess.run([
                    "swaks", "--server", "127.0.0.1", "--port", "\(ports.submission)", "--tls",
                    "--auth", "LOGIN", "--auth-user", "erp@contoso.com", "--auth-password",
                    "secret", "--from", "erp@contoso.com", "--to", "a@example.com",
                ])
                #expect(run.exit == .code(code), "\(run.output)")
            }
            #expect(try await sandbox.end() == .code(0))
            #expect(
                sandbox.output.hasSuffix(
                    """
                    erp@contoso.com: 1 of 2 messages accepted; at most 2 in a minute, 1 sessions at \
                    once, 1 recipients in a day
                    contoso: at most 1 external recipients in a day
                    the limit message-rate was run into 1 times

                    """
                ),
                "\(sandbox.output)"
            )
            #expect(try scratch.text("mail/counts.json").contains("\"message-rate\": 1"))
        }
    }

    @Test(arguments: [
        (
            "sessions = 3", ["--tenant", "tenant.toml"], Int32(78),
            "tenant.toml:1: sessions: is not a table of this file"
        ),
        (
            "[route.m365]", ["--tenant", "tenant.toml"], 78,
            "tenant.toml:1: route: belongs to the settings of the daemon; this must be a tenant"
                + " file.\n"
        ),
        ("", ["--tenant", "other.toml"], 78, "other.toml cannot be read: No such file"),
        ("", ["--script", "other"], 78, "other cannot be read: No such file"),
        ("", ["--speed", "0"], 64, "--speed is from 1 to 3600, not 0."),
        ("", ["--host", "0.0.0.0"], 69, "it listens on loopback only"),
    ])
    func `what cannot be served is said before anything is`(
        file: String,
        options: [String],
        code: Int32,
        words: String
    ) async throws {
        try await withScratchFolder("sandbox-command") { scratch in
            try scratch.write(file, to: "tenant.toml")
            let child = try ChildProcess(
                [try Executables.postchute, "sandbox", "--port", "0"] + options,
                folder: scratch.path
            )
            #expect(try await child.waitForExit() == .code(code))
            #expect(child.errors.contains(words), "\(child.errors)")
            #expect(child.output.isEmpty)
        }
    }
}
