import Glibc
import TestSupport
import Testing

/// What the real daemon does with Postchute's own mail.
@Suite("Own mail, end to end")
struct OwnMailTests {
    @Test func `alerts that were sent long ago are removed, also those of a channel that is gone`()
        async throws
    {
        var plan = RelayPlan()
        plan.tables = """
            [alert.it]
            kind = 'mail'
            route = 'lab'
            from = 'relay@contoso.com'
            to = ['it@contoso.com']
            """
        try await withIdleRelay("own-mail", plan) { relay in
            let name = "20200101T101530123456-7h3k9q2mzx4wp.1.eml"
            for outbox in ["alert.it", "bounce.former"] {
                let folder = "state/alerts/\(outbox)/sent/2020-01-01"
                for folder in [folder, "state/alerts/\(outbox)/state"] {
                    try relay.scratch.makeFolder(folder, mode: 0o700)
                }
                try relay.scratch.write("To: it@contoso.com\n\n", to: "\(folder)/\(name)")
            }
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            try relay.scratch.write(
                "looked \(time.tv_sec)000000\nwaits 0\n",
                to: "state/retention"
            )
            try await relay.startDaemon()
            for outbox in ["alert.it", "bounce.former"] {
                let line = try await relay.waitForLine("expired") { $0["pickup"] == outbox }
                #expect(line["sent"] == "1" && line["failed"] == "0")
                #expect(relay.scratch.names("state/alerts/\(outbox)/sent").isEmpty)
            }
            #expect(relay.lines("not-expired").isEmpty)
        }
    }
}
