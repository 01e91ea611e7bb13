package import Settings

/// What systemd must know of the settings: a drop-in of the unit, and the folders to be made.
package struct ServiceUnit: Sendable {
    private let settings: RelaySettings
    /// The settings file.
    private let path: String
    /// The credentials that the settings name, sorted.
    package let credentials: [String]

    /// Creates the unit of these settings.
    package init(_ settings: RelaySettings, path: String, credentials: [String] = []) {
        self.settings = settings
        self.path = path
        self.credentials = credentials
    }

    /// Where the drop-in is.
    package static let dropInPath = "/etc/systemd/system/postchute.service.d/10-settings.conf"
    /// Where the list of folders is.
    package static let foldersPath = "/etc/tmpfiles.d/postchute.conf"
    /// Where the files of credentials are, closed to all but root.
    package static let credentialsPath = "/etc/postchute/credentials"

    private var introduction: [String] {
        [
            "# Written by postchute init --unit from \(path), and written anew each time: what",
            "# is yours belongs into another file (systemctl edit postchute).",
        ]
    }

    /// The drop-in of the unit.
    package var dropIn: String {
        let folders = folders
        var lines = introduction + ["[Service]"]
        if path != RelaySettings.defaultPath {
            let command = "/usr/bin/postchute run --config \(Self.word(path))"
            lines += ["ExecStart=", "ExecStart=\(command)"]
        }
        if settings.pickups.contains(where: { $0.ready == .closed }) {
            lines += [
                "# ready = \"closed\" asks for leases on other users' files.",
                "AmbientCapabilities=CAP_LEASE", "CapabilityBoundingSet=CAP_LEASE",
            ]
        }
        if folders.needsWholeSystem {
            lines += [
                "# A drop folder and its spool have no folder in common: with \"strict\" each claim would",
                "# be a copy.",
                "ProtectSystem=full",
            ]
        }
        lines += ["ReadWritePaths="] + folders.paths.map { "ReadWritePaths=\(Self.word("-" + $0))" }
        lines += homeLines(folders)
        if !(folders.paths(below: "/tmp") + folders.paths(below: "/var/tmp")).isEmpty {
            lines += ["# A folder lies below /tmp.", "PrivateTmp=no"]
        }
        lines += credentials.map { "LoadCredential=\($0):\(Self.credentialsPath)/\($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The folders, as tmpfiles.d(5) makes them; those that exist keep owner and mode.
    package var tmpfiles: String {
        var lines = introduction
        for pickup in settings.pickups where pickup.writers == .untrusted {
            let group = pickup.operators ?? "postchute"
            lines.append("d \(Self.word(pickup.path)) :3770 :postchute :postchute")
            if pickup.spool != pickup.path {
                let mode = pickup.operators == nil ? "0700" : "2750"
                lines.append("d \(Self.word(pickup.spool)) :\(mode) :postchute :\(group)")
            }
            if let feedback = pickup.feedback {
                lines.append("d \(Self.word(feedback)) :2750 :postchute :\(group)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Drop folders that writers must be let into.
    package var dropFolders: [String] {
        settings.pickups.filter { $0.writers == .untrusted }.map(\.path)
    }

    private var folders: WritableFolders {
        var folders = WritableFolders()
        for pickup in settings.pickups {
            folders.add(drop: pickup.path, spool: pickup.spool)
            if let feedback = pickup.feedback { folders.add(feedback) }
        }
        if settings.state.directory != StateSettings().directory {
            folders.add(settings.state.directory)
        }
        return folders
    }

    private func homeLines(_ folders: WritableFolders) -> [String] {
        let paths = ["/home", "/root", "/run/user"].flatMap(folders.paths(below:))
        guard !paths.isEmpty else { return [] }
        return ["# Of the home directories nothing but these folders is seen.", "ProtectHome=tmpfs"]
            + paths.map { "BindPaths=\(Self.word("-" + $0))" }
    }

    /// One word of a unit file or of tmpfiles.d: no specifier, no quote of its own.
    private static func word(_ text: String) -> String {
        let escaped = text.flatMap { letter in
            switch letter {
            case "%": "%%"
            case "\\": "\\\\"
            case "\"": "\\\""
            default: String(letter)
            }
        }
        return text.contains { " \"'\\;#$".contains($0) } ? "\"\(String(escaped))\"" : String(escaped)
    }
}
