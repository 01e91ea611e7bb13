import Glibc
import MailMessage
import Settings
import Submission
import Spool
import TestSupport
import Testing

@testable import Operations

@Suite("Settings check")
struct SettingsCheckTests {
    private let me = ServiceUser.name(geteuid())

    private func file(_ relay: TestRelay, _ more: String = "") throws -> String {
        try relay.scratch.write(
            """
            [pickup.erp]
            path = "\(relay.scratch.path("drop"))"
            route = "lab"
            [route.lab]
            service = "smtp"
            host = "127.0.0.1"
            port = 2525
            tls = "none"
            \(more)
            [state]
            directory = "\(relay.scratch.path("state"))"
            """,
            to: "postchute.toml"
        )
    }

    @Test func `right settings are counted, and what is risky is named`() throws {
        let relay = try TestRelay()
        #expect(
            SettingsCheck.run(path: try file(relay, "sandbox = true"))
                == CommandResult([
                    "Settings are right: 1 pickup, 1 route.",
                    "Warning: route lab: messages and passwords go unencrypted (tls = \"none\").",
                    "Warning: route lab: a sandbox is accepted as the server (sandbox = true).",
                ])
        )
    }

    @Test func `wrong settings are complained about line by line`() throws {
        let relay = try TestRelay()
        let path = try file(relay, "colour = 1")
        let result = SettingsCheck.run(path: path)
        #expect(result.status == .settings)
        #expect(result.output.isEmpty)
        #expect(result.complaints.count == 1)
        #expect(result.complaints[0].hasPrefix("\(path):9: route.lab.colour: "))
    }

    @Test func `a file that is not there is named`() throws {
        let relay = try TestRelay()
        let path = relay.scratch.path("missing.toml")
        #expect(
            SettingsCheck.run(path: path)
                == CommandResult(
                    complaints: [
                        "\(path): does not exist. Create it, or name another with --config."
                    ],
                    status: .settings
                )
        )
    }

    @Test func `unsafe folders come with their cure`() throws {
        let relay = try TestRelay()
        let drop = relay.scratch.path("drop")
        chmod(drop, 0o777)
        chmod("\(drop)/failed", 0o755)
        #expect(
            SettingsCheck(relay.settings).run()
                == CommandResult(
                    complaints: [
                        "pickup erp: Cannot use folder \(drop): somebody else could tamper with "
                            + "messages there; run: chmod +t \(drop).",
                        "pickup erp: Cannot use folder \(drop)/failed: somebody else could tamper "
                            + "with messages there; run: chmod 700 \(drop)/failed.",
                        "The folders were checked for user \(me).",
                    ],
                    status: .settings
                )
        )
        chmod(drop, 0o1777)
        chmod("\(drop)/failed", 0o700)
        #expect(SettingsCheck(relay.settings).run().status == .done)
    }

    @Test func `a drop folder that is not there comes with the command that makes it`() throws {
        let relay = try TestRelay()
        let gone = relay.scratch.path("it's gone")
        relay.settings.pickups[0] = PickupSettings(name: "erp", path: gone, routes: ["m365"])
        let result = SettingsCheck(relay.settings).run()
        let quoted = relay.scratch.path + "/it'\\''s gone"
        #expect(
            result.complaints.first
                == "pickup erp: There is no folder \(gone); postchute waits for it. If it is no "
                + "mount, run: install -d -o \(me) -m 3770 '\(quoted)'"
        )
        #expect(result.status == .settings)
    }

    @Test func `a feedback folder is there, ours, and closed to other writers`() throws {
        let relay = try TestRelay()
        let folder = relay.scratch.path("feedback")
        relay.settings.pickups[0].feedback = folder
        #expect(
            SettingsCheck(relay.settings).run().complaints.first
                == "pickup erp: There is no folder \(folder); run: install -d -o \(me) -g GROUP -m "
                + "2750 \(folder) with the group of those who may read it."
        )
        try relay.scratch.makeFolder("feedback")
        chmod(folder, 0o775)
        #expect(
            SettingsCheck(relay.settings).run().complaints.first
                == "pickup erp: Cannot use folder \(folder): somebody else could tamper with "
                + "messages there; run: chmod go-w \(folder)."
        )
        chmod(folder, 0o2750)
        #expect(SettingsCheck(relay.settings).run().status == .done)
    }

    @Test func `folders the daemon makes need a parent that lets it`() throws {
        let relay = try TestRelay()
        relay.settings.state = StateSettings(directory: relay.scratch.path("new"))
        #expect(SettingsCheck(relay.settings).run().status == .done)
        #expect(!relay.scratch.names().contains("new"))
        let deep = relay.scratch.path("a/b")
        relay.settings.state = StateSettings(directory: deep)
        #expect(
            SettingsCheck(relay.settings).run().complaints.first
                == "state: Cannot make folder \(deep); run: install -d -o \(me) -m 700 \(deep)"
        )
    }

    @Test func `trusted writers and idle routes are warned about`() throws {
        let relay = try TestRelay()
        relay.settings.pickups[0].writers = .trusted
        relay.settings.routes.append(RouteSettings(name: "idle", host: "x.example", port: 25))
        #expect(
            SettingsCheck(relay.settings).run().output == [
                "Settings are right: 1 pickup, 2 routes.",
                "Warning: pickup erp: owners and modes of its folders are not checked "
                    + "(writers = \"trusted\"); whoever can write there can send anything.",
                "Warning: route idle: no pickup uses it.",
            ]
        )
    }

    @Test func `writers who may speak for anybody are warned about`() throws {
        let relay = try TestRelay()
        relay.settings.routes[0].signIn = .token(
            user: SignInSettings.eachAuthor,
            token: SecretReference(path: "/etc/postchute/token")
        )
        let warning =
            "Warning: pickup erp: whoever can write there can send as any mailbox "
            + "(mailbox = \"{from}\" without allow_from)."
        #expect(SettingsCheck(relay.settings).run().output.contains(warning))
        relay.settings.pickups[0].messages.envelope.allowFrom = [
            try #require(AddressPattern("example.com"))
        ]
        #expect(!SettingsCheck(relay.settings).run().output.contains(warning))
    }

    @Test func `a password for Exchange Online and an idle identity are warned about`() throws {
        let relay = try TestRelay()
        relay.settings.routes[0].service = .exchangeOnline
        relay.settings.routes[0].signIn = .password(
            user: "erp@contoso.com",
            password: SecretReference(path: "/etc/postchute/password"),
            .any
        )
        relay.settings.identities = [
            IdentitySettings(
                name: "contoso",
                tenant: "contoso.com",
                clientID: "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b",
                credential: .clientSecret(SecretReference(path: "/etc/postchute/secret"))
            )
        ]
        #expect(
            SettingsCheck(relay.settings).run().output.dropFirst() == [
                "Warning: route m365: Microsoft switches passwords off by default from the end of "
                    + "December 2026, and for good later; an identity signs in without one.",
                "Warning: identity contoso: no route uses it.",
            ]
        )
        relay.settings.routes[0].signIn = .identity(user: "erp@contoso.com", identity: "contoso")
        #expect(SettingsCheck(relay.settings).run().output.count == 1)
    }

    @Test func `a credential of the unit needs no systemd to be checked`() throws {
        let relay = try TestRelay()
        let path = try relay.scratch.write(
            """
            [pickup.erp]
            path = "\(relay.scratch.path("drop"))"
            route = "m365"
            [route.m365]
            service = "exchange-online"
            mailbox = "erp@contoso.com"
            password_file = "credential:erp-password"
            [state]
            directory = "\(relay.scratch.path("state"))"
            """,
            to: "postchute.toml"
        )
        #expect(SettingsCheck.run(path: path).status == .done)
        #expect(throws: Never.self) { try RelaySettings.read(path: path) }
    }

    @Test func `a command that needs no secret does not look for it`() throws {
        let relay = try TestRelay()
        let path = try file(relay, "password_file = \"/nowhere/erp\"\nusername = \"erp\"")
        #expect(SettingsCheck.run(path: path).status == .settings)
        #expect(try RelaySettings.read(path: path).pickups.count == 1)
    }
}
