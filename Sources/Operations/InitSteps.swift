internal import Glibc
internal import Settings

/// What `init` has to say when it has written: what is missing, and what to do next, in order.
package enum InitSteps {
    /// After the settings of a draft were written.
    package static func afterSettings(_ draft: SettingsDraft, path: String) -> [String] {
        var missing: [String] = []
        do {
            _ = try RelaySettings.load(path: path, probe: .outsideSystemd)
        } catch {
            missing = error.errors.map(\.description)
        }
        let option = path == RelaySettings.defaultPath ? "" : " --config \(shellWord(path))"
        var commands = ["postchute init --unit\(option)", "postchute check\(option)"]
        if draft[.signIn] == "device" { commands.append("postchute login\(option)") }
        commands += ["postchute verify\(option)", "systemctl enable --now postchute"]
        var lines = ["Written: \(path)"]
        if !missing.isEmpty {
            lines += ["What the settings name and is not there yet:"] + missing.map { "  \($0)" }
        }
        return lines + ["What to do next, as root:"] + numbered(commands)
    }

    /// After the drop-in and the list of folders were written; `root` is in front of every path.
    package static func afterUnit(_ unit: ServiceUnit, root: String) -> [String] {
        var lines = [ServiceUnit.dropInPath, ServiceUnit.foldersPath].map { "Written: \(root)\($0)" }
        let commands = unit.credentials.map { "\(ServiceUnit.credentialsPath)/\($0)" }
            .filter { access(root + $0, F_OK) != 0 }
            .map { "install -m 600 -o root -g root FILE \($0)" }
        if !commands.isEmpty {
            lines.append("Without the file of each credential the service does not start.")
        }
        lines.append("What to do next, as root:")
        let folders = unit.dropFolders.map {
            "chgrp GROUP \(shellWord($0)), with the group of those who drop files there"
        }
        return lines
            + numbered(
                commands + ["systemd-tmpfiles --create postchute.conf"] + folders
                    + ["systemctl daemon-reload", "systemctl try-restart postchute"]
            )
    }

    private static func numbered(_ commands: [String]) -> [String] {
        zip(1..., commands).map { "  \($0). \($1)" }
    }
}
