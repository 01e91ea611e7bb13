/// What differs between the settings in force and others, as far as a reload acts on it.
package struct SettingsDifference: Hashable, Sendable {
    /// Names that came, went, or mean something else now; each in the order of its file.
    package struct Names: Hashable, Sendable {
        package private(set) var added: [String] = []
        package private(set) var removed: [String] = []
        package private(set) var changed: [String] = []

        fileprivate init<Item: Equatable>(
            _ old: [Item],
            _ new: [Item],
            _ name: (Item) -> String,
            isChanged: (Item) -> Bool = { _ in false }
        ) {
            for item in new {
                guard let former = old.first(where: { name($0) == name(item) }) else {
                    added.append(name(item))
                    continue
                }
                if former != item || isChanged(item) { changed.append(name(item)) }
            }
            let names = new.map(name)
            removed = old.map(name).filter { !names.contains($0) }
        }

        /// Whether a name is the same thing as before.
        package func keeps(_ name: String) -> Bool {
            !added.contains(name) && !removed.contains(name) && !changed.contains(name)
        }

        fileprivate func facts(_ kind: String) -> [(key: String, value: String)] {
            [("added", added), ("removed", removed), ("changed", changed)]
                .filter { !$0.1.isEmpty }
                .map { ("\(kind)_\($0.0)", $0.1.joined(separator: ",")) }
        }
    }

    package let pickups: Names
    /// A route is another one also where its identity, the way to its service or the files of its
    /// credentials are.
    package let routes: Names
    package let identities: Names
    /// The tables without names that differ, such as `log`; `other` stands for those that only their
    /// services know.
    package private(set) var tables: [String] = []
    /// The settings that differ and cannot follow a reload, by their names; see
    /// ``RelaySettings/keepingUntilRestart(from:)``.
    package let afterRestart: [String]

    /// Compares; `replaced` are the routes whose credential files are other ones than before.
    package init(from old: RelaySettings, to new: RelaySettings, replaced: Set<String> = []) {
        let identities = Names(old.identities, new.identities, \.name)
        let isOtherNetwork = old.network != new.network
        self.identities = identities
        routes = Names(old.routes, new.routes, \.name) { route in
            if replaced.contains(route.name) { return true }
            if isOtherNetwork, route.service == .graph { return true }
            guard let identity = route.signIn.identity else { return false }
            return isOtherNetwork || !identities.keeps(identity)
        }
        pickups = Names(old.pickups, new.pickups, \.name) { pickup in
            old.meaning(of: pickup) != new.meaning(of: pickup)
        }
        if isOtherNetwork { tables.append("network") }
        if old.disk != new.disk { tables.append("disk") }
        if old.log != new.log { tables.append("log") }
        if old.ledger.keep != new.ledger.keep { tables.append("ledger") }
        var rest = old
        (rest.pickups, rest.routes, rest.identities) = (new.pickups, new.routes, new.identities)
        (rest.network, rest.disk, rest.log) = (new.network, new.disk, new.log)
        rest.ledger = new.ledger
        if rest != new { tables.append("other") }
        afterRestart = old.ledger.isEnabled == new.ledger.isEnabled ? [] : ["ledger.enabled"]
    }

    /// What differs, as keys and values of a log line; empty where nothing does.
    package var facts: [(key: String, value: String)] {
        var facts =
            pickups.facts("pickups") + routes.facts("routes") + identities.facts("identities")
        if !tables.isEmpty { facts.append(("tables", tables.joined(separator: ","))) }
        if !afterRestart.isEmpty {
            facts.append(("after_restart", afterRestart.joined(separator: ",")))
        }
        return facts
    }

    /// Why settings cannot replace others while the daemon runs; empty where they can.
    package static func obstacles(from old: RelaySettings, to new: RelaySettings) -> [String] {
        var obstacles: [String] = []
        if old.state.directory != new.state.directory {
            obstacles.append(
                "state.directory cannot change from \(old.state.directory) to "
                    + "\(new.state.directory) while Postchute runs; restart it."
            )
        }
        if old.isPrivate != new.isPrivate {
            obstacles.append(
                "privacy cannot change to \(new.isPrivate) while Postchute runs; restart it."
            )
        }
        return obstacles
    }
}

extension RelaySettings {
    /// These settings as far as a reload can put them in force: what only a restart changes is as it
    /// is in those in force.
    ///
    /// What tells of messages is built with or without a ledger among those who listen. `privacy` is no
    /// such setting: who sets it and reloads must not take it for being in force, so that it is refused.
    package func keepingUntilRestart(from inForce: RelaySettings) -> RelaySettings {
        var settings = self
        settings.ledger.isEnabled = inForce.ledger.isEnabled
        return settings
    }

    /// What the routes of a pickup mean for its messages, beyond what the pickup itself says.
    fileprivate func meaning(of pickup: PickupSettings) -> [String] {
        routes.filter { pickup.routes.contains($0.name) }.map { route in
            "\(route.name) \(route.service.rawValue) \(route.signIn.isEachAuthor) "
                + "\(route.retryFirst) \(route.retryMaximum) \(route.giveUpAfter)"
        }
    }
}
