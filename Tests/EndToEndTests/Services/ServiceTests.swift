import Glibc
import TestSupport
import Testing

/// One daemon with a route to each service, against the sandbox's tenant.
@Suite("Services", .serialized)
struct ServiceTests {
    private static let root =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    /// The pickups, each with the route of the same name, and who sends there.
    private static let senders = [
        "exchange-online": "erp@contoso.com", "graph": "erp@contoso.com",
        "connector": "erp@contoso.com", "direct-send": "erp@contoso.com",
        "hve": "alerts@contoso.com", "acs": "DoNotReply@contoso.com",
    ]

    @Test func `a message goes out by each of them`() async throws {
        let scratch = try ScratchFolder("services")
        let sandbox = try await startSandbox(scratch)
        try scratch.write(try settings(scratch), to: "postchute.toml")
        let daemon = try ChildProcess(
            [try Executables.postchute, "run", "--config", scratch.path("postchute.toml")],
            folder: scratch.path
        )
        for (name, sender) in Self.senders {
            try scratch.write(message(from: sender, name), to: "\(name)/.x.tmp")
            #expect(rename(scratch.path("\(name)/.x.tmp"), scratch.path("\(name)/x.eml")) == 0)
        }
        for name in Self.senders.keys.sorted() {
            try await waitUntil("\(name): \(daemon.errors)") {
                scratch.names("\(name)/sent")
                    .contains { !scratch.names("\(name)/sent/\($0)").isEmpty }
            }
        }
        #expect(daemon.errors.contains("event=token identity=contoso"))
        #expect(!daemon.errors.contains("erp-secret"))
        #expect(daemon.errors.contains("event=credential-ends"))
        try await daemon.end()
        try await sandbox.end()
    }

    private func startSandbox(_ scratch: ScratchFolder) async throws -> ChildProcess {
        let child = try ChildProcess(
            [
                try Executables.postchute, "sandbox", "--port", "0",
                "--folder", scratch.path("sandbox"),
                "--tenant", "\(Self.root)/examples/sandbox/contoso.toml",
            ],
            folder: scratch.path
        )
        try await child.waitForOutput("is metadata services and the inbox.")
        return child
    }

    private func message(from sender: String, _ subject: String) -> String {
        "From: \(sender)\r\nTo: invoices@contoso.com\r\nSubject: \(subject)\r\n\r\nHello.\r\n"
    }

    private func settings(_ scratch: ScratchFolder) throws -> String {
        let ports = try ports(scratch)
        for (name, secret) in ["erp": "erp-secret", "alerts": "alerts-password"] {
            try scratch.write(secret, to: "\(name).secret")
            chmod(scratch.path("\(name).secret"), 0o600)
        }
        var text = ""
        for name in Self.senders.keys.sorted() {
            try scratch.makeFolder(name, mode: 0o700)
            text += """
                [pickup.\(name)]
                path = "\(scratch.path(name))"
                route = "\(name)"
                settle = "0 s"
                allow_from = "contoso.com"

                [route.\(name)]
                service = "\(name)"
                sandbox = true
                ca_file = "\(scratch.path("sandbox/ca.pem"))"
                \(try lines(name, ports, scratch))

                """
        }
        return text + """
            [identity.contoso]
            tenant = "5a4db0c5-2f10-4f6e-9d1c-0c0f5d7b1a01"
            client_id = "0b1e6a7c-93a4-4d5f-8f1b-3f6f2d9a1c01"
            client_secret_file = "\(scratch.path("erp.secret"))"
            client_secret_expires = 2020-01-01
            authority = "https://127.0.0.1:\(try #require(ports["https"]))"
            ca_file = "\(scratch.path("sandbox/ca.pem"))"
            allow_foreign_endpoint = true
            proxy = "none"

            [state]
            directory = "\(scratch.path("state"))"

            """
    }

    private func lines(
        _ name: String,
        _ ports: [String: Int],
        _ scratch: ScratchFolder
    ) throws -> String {
        let mailbox = "mailbox = \"erp@contoso.com\"\nidentity = \"contoso\""
        let sides = [
            "exchange-online": "submission", "connector": "relay", "direct-send": "relay",
            "hve": "hve", "acs": "acs", "graph": "https",
        ]
        let port = try #require(sides[name].flatMap { ports[$0] })
        let server = "host = \"127.0.0.1\"\nport = \(port)\n"
        return switch name {
        case "graph": "graph_url = \"https://127.0.0.1:\(port)\"\n\(mailbox)\nproxy = \"none\""
        case "exchange-online": server + mailbox
        case "hve":
            server + "mailbox = \"alerts@contoso.com\"\n"
                + "password_file = \"\(scratch.path("alerts.secret"))\""
        case "acs":
            server + "username = \"erp-mailer\"\n"
                + "password_file = \"\(scratch.path("erp.secret"))\""
        default: server
        }
    }

    /// What the sandbox says of its ports.
    private func ports(_ scratch: ScratchFolder) throws -> [String: Int] {
        let text = String(decoding: try readFile(scratch.path("sandbox/ports.json")), as: UTF8.self)
        var ports: [String: Int] = [:]
        for match in text.matches(of: /"([a-z]+)" *: *([0-9]+)/) {
            ports[String(match.1)] = Int(match.2)
        }
        return ports
    }
}
