import Glibc
import TestSupport
import Testing

/// What a daemon with `privacy = true` shows, keeps and tells.
@Suite("Privacy, end to end")
struct PrivacyTests {
    /// Notes which secrets stand in a text, and where.
    private func check(_ text: some Sequence<UInt8>, _ place: String) {
        let octets = Array(text)
        for secret in PrivacyStage.secrets where secret.stands(in: octets) {
            Issue.record("\(secret) stands in \(place)")
        }
    }

    private func check(_ text: String, _ place: String) { check(text.utf8, place) }

    private func check(_ run: CommandRun, _ place: String) {
        #expect(!run.output.isEmpty, "\(place) says nothing: \(run.errors)")
        check(run.output + run.errors, place)
    }

    @Test func `a secret is found in any of its forms`() {
        let secret = Secret("turmalin")
        #expect(secret.stands(in: Array("Der Turmalin.".utf8)))
        for text in ["VHVybWFsaW4", "dHVybWFsaW4=", "eCB0dXJtYWxpbg==", "eHkgdHVybWFsaW4h"] {
            #expect(secret.stands(in: Array(text.utf8)) == !text.hasPrefix("VH"), "\(text)")
        }
        #expect(!secret.stands(in: Array("turmali".utf8)))
    }

    @Test func `nobody is named but in the folders`() async throws {
        try await withIdleRelay("privacy", PrivacyStage.plan) { relay in
            try relay.scratch.write(Pager.program, to: "page")
            try await relay.startDaemon()
            try await PrivacyStage.play(on: relay)
            try await waitUntil(limit: .seconds(60), "the alerts; the log:\n\(relay.log)") {
                try alerts(relay).contains("sender") && paged(relay).contains("sender-suspended")
                    && paged(relay).contains("message-failed") && paged(relay).contains("held")
            }
            check(try alerts(relay), "the alerts' mail")
            check(try paged(relay), "what the program was given")
            try await checkCommands(relay)
            try await checkPages(relay)
            checkFolders(relay)
            let held = try await relay.command("hold", "waits.eml")
            #expect(held.code == 0, "\(held)")
            for name in ["ledger.sqlite", "ledger.sqlite-wal"] {
                check(try readFile(relay.scratch.path("state/\(name)")), name)
            }
            try await relay.stopDaemon()
            try checkState(relay)
            // A ledger that is filled from the folders again.
            for name in folderNames(relay.scratch.path("state")) where name.hasPrefix("ledger.") {
                unlink(relay.scratch.path("state/\(name)"))
            }
            try await relay.startDaemon()
            try await relay.waitForLine("ledger-rebuilt")
            try await relay.stopDaemon()
            try checkState(relay)
            check(relay.log, "the log")
        }
    }

    private func alerts(_ relay: RelayHarness) throws -> String {
        try relay.received().filter { $0.recipients == ["it@kontor.test"] }.map(\.text).joined()
    }

    private func paged(_ relay: RelayHarness) throws -> String {
        guard let octets = try? readFile(relay.scratch.path("paged")) else { return "" }
        return String(decoding: octets, as: UTF8.self)
    }

    private func checkCommands(_ relay: RelayHarness) async throws {
        let words = [
            ["status"], ["status", "--json"], ["trace"], ["trace", "--json"],
            ["trace", "--csv"], ["report"], ["report", "--by", "failure"], ["report", "--json"],
        ]
        for words in words {
            check(try await relay.command(words), words.joined(separator: " "))
        }
        for question in [
            ["--address", "Carla.Opal@kontor.test"], ["carla.opal@kontor.test"],
            ["--subject", "Geheimsache Turmalin"], ["geheimsache turmalin"],
            ["--reply", "quentin.achat@kontor.test"], ["--message-id", "mid.beryll@kontor.test"],
        ] {
            let found = try await relay.command(["trace"] + question)
            #expect(found.code == 0, "trace \(question) finds nothing")
            check(found, "trace \(question)")
        }
        let part = try await relay.command("trace", "carla.opal")
        #expect(part.code == 65, "a part of an address finds nobody")
    }

    /// Everything that the daemon keeps beside the spools, file by file.
    private func checkState(_ relay: RelayHarness) throws {
        var seen: [String] = []
        // A notification must name whom it is about: it is a message.
        for file in WrittenText.below(relay.scratch.path("state"))
        where !file.path.hasPrefix("alerts/bounce.erp/") {
            seen.append(file.path)
            check(file.path, "the name of \(file.path)")
            check(file.octets, file.path)
        }
        for name in ["ledger.sqlite", "status.json", "alerts.json", "privacy-key"] {
            #expect(seen.contains(name), "\(name) was not looked at, only \(seen)")
        }
    }

    /// In the folders everybody is named: what is looked for elsewhere can be found.
    private func checkFolders(_ relay: RelayHarness) {
        let all = WrittenText.below(relay.drop).flatMap { $0.path.utf8 + $0.octets }
        for secret in PrivacyStage.secrets {
            #expect(secret.stands(in: all), "\(secret) was not in play")
        }
    }
}

// The dashboard.
extension PrivacyTests {
    private func checkPages(_ relay: RelayHarness) async throws {
        let line = try await relay.waitForLine("dashboard-listening")
        let site = try #require(line["address"])
        let made = try await relay.command("token", "add", "ann", "--role", "operator")
        let bearer = "Authorization: Bearer \(made.output.replacing("\n", with: ""))"
        for path in ["/", "/metrics", "/readyz", "/messages", "/routes", "/settings"] {
            check(try await page("\(site)\(path)", bearer), path)
        }
        let list = try await page("\(site)/messages", bearer)
        let ids = Set(
            list.split(separator: "href=\"/messages/").dropFirst().map { part in
                String(part.prefix { $0 != "\"" && $0 != "?" })
            }
        )
        #expect(ids.count >= 8, "\(ids)")
        for id in ids {
            let one = try await page("\(site)/messages/\(id)?file=1", bearer)
            #expect(
                one.contains(
                    "They are not shown, since the settings have privacy = true: they name people."
                )
            )
            check(one, "the page of \(id)")
            check(
                try await page("\(site)/messages/\(id)/remove", bearer),
                "the question about \(id)"
            )
        }
        for words in [
            "carla.opal%40kontor.test", "Geheimsache+Turmalin", "mid.beryll%40kontor.test",
        ] {
            let found = try await page("\(site)/messages?text=\(words)", bearer)
            #expect(found.contains("href=\"/messages/2"), "\(words) finds nothing")
            if words.contains("%40") { check(found, "the search for \(words)") }
        }
        try await checkAction(site, bearer, relay)
        check(
            try await page("\(site)/messages/nobody.sigmund.quarz%40kontor.test", bearer),
            "the page of no message"
        )
    }

    /// A button whose answer names the file.
    private func checkAction(
        _ site: String,
        _ bearer: String,
        _ relay: RelayHarness
    ) async throws {
        let path = try await relay.waitFor(.failed, PrivacyStage.failed)
        let name = path.split(separator: "/").last ?? ""
        let button = "\(site)/messages/\(name.prefix(35))/hold"
        let answer = try await page(button, bearer, ["-L", "-d", ""])
        #expect(answer.contains("von a~") && answer.contains("@kontor.test.eml"), "\(answer)")
        check(answer, "the answer to a button")
    }

    private func page(
        _ address: String,
        _ field: String,
        _ options: [String] = []
    ) async throws -> String {
        let fields = ["-H", field, "-H", "Accept: text/html"]
        let (exit, output, errors) = try await ChildProcess.run(
            ["curl", "-s", "--max-time", "20"] + fields + options + [address]
        )
        #expect(exit == .code(0) && !output.isEmpty, "\(address): \(errors)")
        return output
    }
}
