/// Everything one settings file says, checked and complete.
package struct RelaySettings: Hashable, Sendable {
    /// The watched folders, in the order of the file; never empty.
    package var pickups: [PickupSettings]
    /// The ways to hand mail over, in the order of the file; never empty.
    package var routes: [RouteSettings]
    /// Who signs in, in the order of the file.
    package var identities: [IdentitySettings]
    package var network: NetworkSettings
    package var state: StateSettings
    package var log: LogSettings
    package var alerts: AlertSettings

    /// Creates settings.
    package init(
        pickups: [PickupSettings],
        routes: [RouteSettings],
        identities: [IdentitySettings] = [],
        network: NetworkSettings = NetworkSettings(),
        state: StateSettings = StateSettings(),
        log: LogSettings = LogSettings(),
        alerts: AlertSettings = AlertSettings()
    ) {
        self.pickups = pickups
        self.routes = routes
        self.identities = identities
        self.network = network
        self.state = state
        self.log = log
        self.alerts = alerts
    }

    /// The path used when `--config` is not given.
    package static let defaultPath = "/etc/postchute/postchute.toml"
}

/// The table `[state]`: where the daemon remembers what must survive a restart.
package struct StateSettings: Hashable, Sendable {
    package var directory: String

    /// Creates the table.
    package init(directory: String? = nil) {
        self.directory = directory ?? StateKey.directory.standard(ValueSyntax.folder)
    }
}

/// The table `[log]`.
package struct LogSettings: Hashable, Sendable {
    package var level: Level
    package var style: Style

    /// Creates the table.
    package init(level: Level? = nil, style: Style? = nil) {
        self.level = level ?? LogKey.level.standard(LogKey.level.choice)
        self.style = style ?? LogKey.style.standard(LogKey.style.choice)
    }

    /// The least important line that is written.
    package enum Level: String, Hashable, Sendable, CaseIterable {
        case error, warning, notice, info, debug
    }

    /// The form of a line.
    package enum Style: String, Hashable, Sendable, CaseIterable {
        /// `journal` when standard error is the journal, else `plain`.
        case auto
        /// With a priority in front, without a time: the journal adds its own.
        case journal
        /// With a time in front.
        case plain
    }
}
