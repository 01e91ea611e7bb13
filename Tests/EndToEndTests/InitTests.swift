import TestSupport
import Testing

/// `postchute init`, as somebody types it who has nothing yet.
@Suite("Init")
struct InitTests {
    /// Answers on a terminal of its own, which `script` makes.
    private func dialogue(_ path: String, _ answers: [String]) async throws -> (String, Int32?) {
        let command = "\(try Executables.postchute) init --config \(path)"
        let child = try ChildProcess(
            ["timeout", "30", "script", "-qec", command, "/dev/null"],
            input: .pipe
        )
        for answer in answers { child.write(answer + "\n") }
        let exit = try await child.waitForExit()
        child.closeInput()
        if case .code(let code) = exit { return (child.output, code) }
        return (child.output, nil)
    }

    @Test func `it asks on a terminal, explains what is wrong and writes at the end`() async throws
    {
        let scratch = try ScratchFolder()
        let path = scratch.path("postchute.toml")
        let (output, exit) = try await dialogue(
            path,
            [
                "", "drop", "/srv/drop/erp", "none", "graph", "erp@contoso.com", "secret",
                "contoso.onmicrosoft.com", "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b", "",
            ]
        )
        #expect(exit == 0, "\(output)")
        #expect(output.contains("A name for the first drop folder; log lines carry it. [erp]"))
        #expect(output.contains("That \"drop\" is not an absolute path. Begin it with a slash."))
        #expect(output.contains("Written: \(path)"))
        #expect(output.contains("/etc/postchute/contoso.secret"))
        let text = try scratch.text("postchute.toml")
        #expect(text.contains("[pickup.erp]\npath  = \"/srv/drop/erp\""))
        #expect(text.contains("client_secret_file = \"/etc/postchute/contoso.secret\""))
    }

    @Test func `an end of the answers writes nothing`() async throws {
        let scratch = try ScratchFolder()
        let (output, exit) = try await dialogue(scratch.path("a.toml"), ["erp", "\u{4}"])
        #expect(exit == 64)
        #expect(output.contains("Nothing was written: the answers ended too early."))
        #expect(scratch.names().isEmpty)
    }

    @Test func `options make the settings, the drop-in and the folders without a terminal`()
        async throws
    {
        let scratch = try ScratchFolder()
        let program = try Executables.postchute
        let path = scratch.path("postchute.toml")
        let options = [
            "--pickup", "lab=/srv/drop/lab", "--operators", "none", "--service", "smtp", "--host",
            "127.0.0.1", "--tls", "none", "--port", "2525", "--sign-in", "none",
        ]
        let written = try await ChildProcess.run([program, "init", "--config", path] + options)
        #expect(written.exit == .code(0), "\(written.errors)")
        #expect(written.output.hasSuffix("  4. systemctl enable --now postchute\n"))
        let again = try await ChildProcess.run([program, "init", "--config", path] + options)
        #expect(again.exit == .code(78))

        let unit = try await ChildProcess.run(
            [program, "init", "--unit", "--config", path, "--root", scratch.path("root")]
        )
        #expect(unit.exit == .code(0), "\(unit.errors)")
        let dropIn = try scratch.text(
            "root/etc/systemd/system/postchute.service.d/10-settings.conf"
        )
        #expect(dropIn.contains("ReadWritePaths=-/srv/drop\n"))
    }
}
