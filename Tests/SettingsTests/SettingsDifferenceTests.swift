import Settings
import Testing

@Suite("Difference of settings")
struct SettingsDifferenceTests {
    private static func settings() -> RelaySettings {
        var route = RouteSettings(name: "m365", host: "smtp.example.com", port: 587)
        route.signIn = .password(user: "a", password: SecretReference(path: "/p"), .any)
        return RelaySettings(
            pickups: [PickupSettings(name: "erp", path: "/erp", routes: ["m365"])],
            routes: [route]
        )
    }

    private func facts(
        _ change: (inout RelaySettings) -> Void,
        replaced: Set<String> = []
    ) -> [String] {
        var new = Self.settings()
        change(&new)
        return SettingsDifference(from: Self.settings(), to: new, replaced: replaced).facts.map {
            "\($0.key)=\($0.value)"
        }
    }

    @Test func `nothing differs`() { #expect(facts { _ in } == []) }

    @Test func `what came, went and changed has its name`() {
        #expect(
            facts {
                $0.pickups = [PickupSettings(name: "crm", path: "/crm", routes: ["m365"])]
                $0.log.level = .debug
            } == ["pickups_added=crm", "pickups_removed=erp", "tables=log"]
        )
        #expect(facts { $0.routes[0].port = 25 } == ["routes_changed=m365"])
        #expect(facts { $0.pickups[0].priority = .high } == ["pickups_changed=erp"])
        #expect(facts { $0.disk.floor = .percent(1) } == ["tables=disk"])
        #expect(facts { $0.ledger.keep = .seconds(86_400) } == ["tables=ledger"])
        #expect(facts { $0.alerts.every = .seconds(1) } == ["tables=other"])
    }

    @Test func `a new password in the same file is another route`() {
        #expect(facts({ _ in }, replaced: ["m365"]) == ["routes_changed=m365"])
    }

    @Test func `what a route means for its pickups changes them`() {
        #expect(
            facts { $0.routes[0].giveUpAfter = .seconds(60) }
                == ["pickups_changed=erp", "routes_changed=m365"]
        )
    }

    @Test func `what a restart is needed for has its name and stays until then`() {
        let change: (inout RelaySettings) -> Void = {
            $0.ledger.isEnabled = false
            $0.ledger.keep = .seconds(86_400)
        }
        #expect(facts(change) == ["tables=ledger", "after_restart=ledger.enabled"])
        var new = Self.settings()
        change(&new)
        let kept = new.keepingUntilRestart(from: Self.settings())
        #expect(kept.ledger.isEnabled)
        #expect(kept.ledger.keep == .seconds(86_400))
    }

    @Test func `the state directory cannot change`() {
        var new = Self.settings()
        #expect(SettingsDifference.obstacles(from: Self.settings(), to: new) == [])
        new.state.directory = "/elsewhere"
        #expect(
            SettingsDifference.obstacles(from: Self.settings(), to: new) == [
                "state.directory cannot change from /var/lib/postchute to /elsewhere while Postchute "
                    + "runs; restart it."
            ]
        )
    }

    @Test func `privacy cannot change`() {
        var new = Self.settings()
        new.isPrivate = true
        #expect(
            SettingsDifference.obstacles(from: Self.settings(), to: new) == [
                "privacy cannot change to true while Postchute runs; restart it."
            ]
        )
    }
}
