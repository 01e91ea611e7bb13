import Glibc
import TestSupport
import Testing

/// The dashboard of the real daemon, asked by curl.
@Suite("Dashboard of the daemon", .serialized)
struct DashboardTests {
    private static var plan: RelayPlan {
        var plan = RelayPlan()
        plan.tables = "[http]\nlisten = '127.0.0.1:0'"
        return plan
    }

    /// Where the daemon says that it answers.
    private func address(_ relay: RelayHarness) async throws -> String {
        let marker = "event=dashboard-listening address="
        try await waitUntil("the dashboard to listen; log: \(relay.log)") {
            relay.log.contains(marker)
        }
        let rest = relay.log.split(separator: marker)[1]
        return String(rest.prefix { $0 != "\n" && $0 != " " }).replacing("\"", with: "")
    }

    private func curl(_ arguments: String...) async throws -> (code: String, body: String) {
        let (exit, output, errors) = try await ChildProcess.run(
            ["curl", "-s", "--max-time", "20", "-w", "\n%{http_code}"] + arguments
        )
        #expect(exit == .code(0), "\(errors)")
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    @Test func `a token opens the dashboard of the running daemon until it is removed`()
        async throws
    {
        try await withRelay("dashboard", Self.plan) { relay in
            let address = try await address(relay)
            #expect(try await curl("\(address)/healthz") == ("200", "The process lives.\n"))
            let made = try await relay.command("token", "add", "ann", "--role", "operator")
            #expect(made.code == 0)
            let secret = made.output.replacing("\n", with: "")
            #expect(secret.hasPrefix("postchute_"))
            #expect(made.errors == "This is the token of ann; it is not shown again.\n")
            let list = try await relay.command("token", "list")
            #expect(list.output.contains("ann   operator  20"))
            #expect(!list.output.contains(secret))
            var status = stat()
            #expect(stat(relay.scratch.path("state/dashboard-tokens"), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)

            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            let bearer = "Authorization: Bearer \(secret)"
            try await waitUntil("the metrics to count the message") {
                try await curl("-H", bearer, "\(address)/metrics").body
                    .contains("postchute_pickup_sent_total{pickup=\"erp\"} 1\n")
            }
            #expect(try await curl("\(address)/readyz") == ("200", "Mail flows.\n"))
            #expect(try await curl("\(address)/metrics").code == "401")
            #expect(try await curl("-H", "Host: evil.example", "\(address)/").code == "421")

            let removed = try await relay.command("token", "remove", "ann")
            #expect(removed.output == "The token ann is removed.\n")
            #expect(try await curl("-H", bearer, "\(address)/metrics").code == "401")
            #expect(relay.log.contains("event=sign-in-failed client=127.0.0.1"))
            #expect(!relay.log.contains(secret))
        }
    }

    @Test func `readiness is the truth of status`() async throws {
        try await withRelay("dashboard-paused", Self.plan) { relay in
            let address = try await address(relay)
            #expect(try await relay.command("pause", "--route", "lab").code == 0)
            try await waitUntil("the pause to be seen") {
                try await curl("\(address)/readyz").code == "503"
            }
            #expect(try await relay.command("status").code == 75)
        }
    }

    @Test func `what is wrong with a token is said`() async throws {
        try await withIdleRelay("tokens") { relay in
            let none = try await relay.command("token", "list")
            #expect(none.output == "There are no tokens: postchute token add NAME\n")
            let made = try await relay.command("token", "add", "ann")
            #expect(
                made.errors == """
                    This is the token of ann; it is not shown again.
                    The settings have no [http]: nothing asks for it yet.

                    """
            )
            let again = try await relay.command("token", "add", "ann")
            #expect(again.code == 64)
            #expect(
                again.errors
                    == "There is a token \"ann\" already. Remove it first, or choose another name.\n"
            )
            let missing = try await relay.command("token", "remove", "bob")
            #expect(missing.code == 64)
            #expect(missing.errors == "There is no token \"bob\"; there are: ann.\n")
            let json = try await relay.command("token", "list", "--json")
            #expect(json.output.hasPrefix("[\n  {\"name\": \"ann\", \"role\": \"viewer\", "))
        }
    }

    @Test func `mail flows where the port is taken`() async throws {
        let other = try RawListener()
        var plan = Self.plan
        plan.tables = "[http]\nlisten = '127.0.0.1:\(other.port)'"
        try await withRelay("dashboard-refused", plan) { relay in
            try relay.drop("x.eml", RelayHarness.message("x"))
            try await relay.waitFor(.sent, "x.eml")
            try await waitUntil("the refusal") {
                relay.log.contains(
                    "event=dashboard-refused address=127.0.0.1:\(other.port) "
                        + "reason=\"Another program uses this port."
                )
            }
        }
    }
}

/// A port that somebody else has.
private final class RawListener: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        port = try freePort()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0, listen(descriptor, 1) == 0 else {
            throw WaitError("listen: \(systemError())")
        }
    }

    deinit { close(descriptor) }
}
