/// The second pass: what the settings name must be there, and be what it should.
struct FileChecks {
    let uses: [FileUse]
    let probe: SettingsProbe
    let complaints: ComplaintList

    /// Adds its complaints.
    func check() {
        for use in uses {
            if let objection = objection(to: use) {
                complaints.add(objection, key: use.key, at: use.position)
            }
        }
        checkSharedFolders()
    }

    private func objection(to use: FileUse) -> Objection? {
        switch use.role {
        case .group:
            return probe.hasGroup(use.path)
                ? nil
                : Objection(
                    "there is no group \(quoted(use.path)).",
                    "Create it: groupadd --system \(shellWord(use.path))"
                )
        case .timeZone:
            return probe.isTimeZone(use.path)
                ? nil
                : Objection(
                    "\(quoted(use.path)) is not the file of a time zone.",
                    "timedatectl list-timezones lists those that this system knows."
                )
        case .dropFolder, .spoolFolder, .stateFolder, .feedbackFolder:
            switch probe.look(use.path) {
            case .missing, .hidden, .folder: return nil
            case .file, .other: return Objection("\(quoted(use.path)) is not a folder.")
            }
        case .file(let isSecret):
            if let credential = use.credential, probe.look(use.path) == .missing {
                return Objection(
                    "the unit has no credential \(quoted(credential)).",
                    "Start it with LoadCredential=\(credential):/PATH"
                )
            }
            return objection(toFile: use.path, isSecret: isSecret)
        }
    }

    private func objection(toFile path: String, isSecret: Bool) -> Objection? {
        let shown = quoted(path)
        switch probe.look(path) {
        case .missing:
            return Objection("\(shown) does not exist.", "Create it, or correct the path.")
        case .hidden(let reason):
            return Objection(
                "\(shown) cannot be looked at: \(reason).",
                "Let the daemon's user enter its folder."
            )
        case .folder:
            return Objection("\(shown) is a folder.", "Name a file in it.")
        case .other:
            return Objection("\(shown) is not an ordinary file.")
        case .file(let mode, _) where isSecret && mode & 0o007 != 0:
            return Objection(
                "\(shown) is open to every user of this host (mode \(octal(mode))).",
                "Close it: chmod o= \(shellWord(path))"
            )
        case .file(_, isReadable: false):
            return Objection(
                "\(shown) cannot be read by the daemon's user.",
                "Let its group read it: chgrp postchute \(shellWord(path)) && "
                    + "chmod g+r \(shellWord(path))"
            )
        case .file:
            return nil
        }
    }

    // Two paths can lead to one folder through a link or a mount.
    private func checkSharedFolders() {
        var owners: [ProbedFile.FileIdentity: FileUse] = [:]
        for use in uses where use.role == .dropFolder {
            guard case .folder(let identity) = probe.look(use.path) else { continue }
            if let owner = owners[identity], owner.path != use.path {
                let objection = Objection(
                    "\(quoted(use.path)) is the same folder as \(quoted(owner.path)) of "
                        + "\(owner.key).",
                    "Give each pickup a folder of its own."
                )
                complaints.add(objection, key: use.key, at: use.position)
            } else {
                owners[identity] = use
            }
        }
    }

    private func octal(_ mode: UInt32) -> String {
        let digits = String(mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
