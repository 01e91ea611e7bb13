import Glibc
import Settings
import TestSupport
import Testing

@testable import Operations

@Suite("Service unit")
struct ServiceUnitTests {
    private func unit(
        _ pickups: [PickupSettings],
        path: String = RelaySettings.defaultPath,
        credentials: [String] = []
    ) -> ServiceUnit {
        let route = RouteSettings(name: "m365", host: "mail.example", port: 587)
        let settings = RelaySettings(pickups: pickups, routes: [route])
        return ServiceUnit(settings, path: path, credentials: credentials)
    }

    private func pickup(_ path: String, spool: String? = nil) -> PickupSettings {
        PickupSettings(name: "erp", path: path, routes: ["m365"], spool: spool)
    }

    private func writable(_ pairs: [(drop: String, spool: String)]) -> WritableFolders {
        var folders = WritableFolders()
        for pair in pairs { folders.add(drop: pair.drop, spool: pair.spool) }
        return folders
    }

    @Test(arguments: [
        // The folder above, so that a drop folder that is made anew is seen.
        ([("/srv/drop/erp", "/srv/drop/erp")], ["/srv/drop"]),
        ([("/srv/drop/a", "/srv/drop/a"), ("/srv/drop/b", "/srv/drop/b")], ["/srv/drop"]),
        // Nothing as wide as /srv for one folder in it; no folder that holds more than mail.
        ([("/srv/erp", "/srv/erp")], ["/srv/erp"]),
        ([("/var/spool/erp", "/var/spool/erp")], ["/var/spool/erp"]),
        ([("/var/lib/erp/out", "/var/lib/erp/out")], ["/var/lib/erp"]),
        // Drop folder and spool in one mount.
        ([("/srv/drop/erp", "/srv/spool/erp")], ["/srv"]),
        ([("/srv/drop/erp", "/srv/drop/.spool/erp")], ["/srv/drop"]),
        ([("/srv/drop/a", "/srv/spool/a"), ("/srv/x/y", "/srv/x/y")], ["/srv"]),
        // A name that begins like another one is not inside it.
        (
            [("/srv/drop/a", "/srv/drop/a"), ("/srv/drop2/a", "/srv/drop2/a")],
            ["/srv/drop", "/srv/drop2"]
        ),
    ])
    func `writable are the folders that hold drop folder and spool`(
        pairs: [(String, String)],
        paths: [String]
    ) {
        let folders = writable(pairs.map { (drop: $0.0, spool: $0.1) })
        #expect(folders.paths == paths)
        #expect(!folders.needsWholeSystem)
    }

    @Test func `nothing in common means a looser unit, not copies`() {
        let text = unit([pickup("/srv/drop/erp", spool: "/var/spool/erp")]).dropIn
        #expect(text.contains("\nProtectSystem=full\n"))
        #expect(
            text.contains("\nReadWritePaths=-/srv/drop\nReadWritePaths=-/var/spool/erp\n")
        )
    }

    @Test func `the drop-in says paths, credentials and the lease`() {
        let text = unit([pickup("/srv/drop/erp")], credentials: ["a", "b.pfx"]).dropIn
        #expect(
            text == """
                # Written by postchute init --unit from /etc/postchute/postchute.toml, and written anew each time: what
                # is yours belongs into another file (systemctl edit postchute).
                [Service]
                # ready = "closed" asks for leases on other users' files.
                AmbientCapabilities=CAP_LEASE
                CapabilityBoundingSet=CAP_LEASE
                ReadWritePaths=
                ReadWritePaths=-/srv/drop
                LoadCredential=a:/etc/postchute/credentials/a
                LoadCredential=b.pfx:/etc/postchute/credentials/b.pfx

                """
        )
    }

    @Test func `without leases there is no capability`() {
        var renamed = pickup("/srv/drop/erp")
        renamed.ready = .renamed
        #expect(!unit([renamed]).dropIn.contains("CAP_LEASE"))
        #expect(unit([renamed, pickup("/srv/drop/b")]).dropIn.contains("CAP_LEASE"))
    }

    @Test func `folders below home directories and tmp are let in, and nothing else there`() {
        let text = unit([pickup("/home/erp/out"), pickup("/tmp/x/y")]).dropIn
        #expect(text.contains("\nProtectHome=tmpfs\nBindPaths=-/home/erp\n"))
        #expect(text.contains("\nPrivateTmp=no\n"))
        #expect(!unit([pickup("/srv/drop/erp")]).dropIn.contains("ProtectHome"))
    }

    @Test func `another settings file is the one the service reads`() {
        let text = unit([pickup("/srv/drop/erp")], path: "/srv/50%/my \"own\".toml").dropIn
        #expect(
            text.contains(
                "\nExecStart=\nExecStart=/usr/bin/postchute run --config "
                    + "\"/srv/50%%/my \\\"own\\\".toml\"\n"
            )
        )
    }

    @Test func `folders that exist keep owner and mode`() {
        var apart = pickup("/srv/drop/a", spool: "/srv/spool/a")
        apart.operators = "postchute-operators"
        var trusted = pickup("/mnt/share")
        trusted.writers = .trusted
        let lines = unit([apart, trusted]).tmpfiles.split(separator: "\n").dropFirst(2)
        #expect(
            Array(lines) == [
                "d /srv/drop/a :3770 :postchute :postchute",
                "d /srv/spool/a :2750 :postchute :postchute-operators",
            ]
        )
    }

    @Test func `after writing come the commands in their order`() {
        let lines = InitSteps.afterUnit(
            unit([pickup("/srv/drop/erp")], credentials: ["erp"]),
            root: "/nowhere"
        )
        #expect(
            lines == [
                "Written: /nowhere/etc/systemd/system/postchute.service.d/10-settings.conf",
                "Written: /nowhere/etc/tmpfiles.d/postchute-folders.conf",
                "Without the file of each credential the service does not start.",
                "What to do next, as root:",
                "  1. install -m 600 -o root -g root FILE /etc/postchute/credentials/erp",
                "  2. systemd-tmpfiles --create postchute-folders.conf",
                "  3. chgrp GROUP /srv/drop/erp, with the group of those who drop files there",
                "  4. systemctl daemon-reload",
                "  5. systemctl try-restart postchute",
            ]
        )
    }

    @Test func `credentials are found wherever the settings name them, and not in comments`()
        async throws
    {
        try await withScratchFolder { scratch in
            let path = try scratch.write(
                """
                # password_file = "credential:old"
                [route.m365]
                password_file = "credential:erp-password"
                [identity.contoso]
                certificate = ["credential:b.pfx", "/etc/a.pfx"]
                certificate_passphrase_file = "credential:erp-password"
                """,
                to: "postchute.toml"
            )
            #expect(try RelaySettings.credentials(in: path) == ["b.pfx", "erp-password"])
        }
    }

    @Test func `settings are never overwritten, comments are`() async throws {
        try await withScratchFolder { scratch in
            let path = try scratch.write("# [pickup.erp]\n", to: "postchute.toml")
            try WrittenFile(path).writeSettings("[a]\n")
            #expect(try scratch.text("postchute.toml") == "[a]\n")
            let refusal = #expect(throws: CommandRefusal.self) {
                try WrittenFile(path).writeSettings("[b]\n")
            }
            #expect(refusal?.status == .settings)
            #expect(
                refusal?.lines == [
                    "\(path) already holds settings, which are never overwritten. Edit them, move "
                        + "them away, or name another file with --config."
                ]
            )
            _ = try scratch.write("not = toml = at all", to: "postchute.toml")
            #expect(throws: CommandRefusal.self) { try WrittenFile(path).refuseSettings() }
            #expect(scratch.names() == ["postchute.toml"])
        }
    }
}
