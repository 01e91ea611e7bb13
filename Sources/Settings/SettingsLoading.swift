internal import Glibc

extension RelaySettings {
    /// Reads and checks a settings file, and the files and groups it names.
    ///
    /// - Throws: Every complaint there is, in the order of the lines.
    package static func load(
        path: String = defaultPath,
        probe: SettingsProbe = .system
    ) throws(SettingsErrors) -> RelaySettings {
        let octets: [UInt8]
        do throws(Objection) {
            octets = try contents(of: path)
        } catch {
            let error = SettingsError(file: path, sentence: error.sentence, advice: error.advice)
            throw SettingsErrors([error])
        }
        let reading = SettingsReading(
            octets,
            file: path,
            credentialsDirectory: probe.credentialsDirectory
        )
        FileChecks(uses: reading.fileUses, probe: probe, complaints: reading.complaints).check()
        return try reading.result()
    }

    /// Reads settings from the text of a file; looks at nothing else.
    ///
    /// - Throws: Every complaint there is, in the order of the lines.
    package static func parse(
        _ octets: [UInt8],
        file: String,
        credentialsDirectory: String? = nil
    ) throws(SettingsErrors) -> RelaySettings {
        let reading = SettingsReading(
            octets,
            file: file,
            credentialsDirectory: credentialsDirectory
        )
        return try reading.result()
    }

    private static func contents(of path: String) throws(Objection) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(errno) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while octets.count <= TomlDocument.maximumOctets {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return octets }
            if count > 0 {
                octets += buffer[..<count]
            } else if errno != EINTR {
                throw unreadable(errno)
            }
        }
        throw Objection("is larger than 1 MB.", "This is hardly a settings file.")
    }

    private static func unreadable(_ code: Int32) -> Objection {
        switch code {
        case ENOENT:
            Objection("does not exist.", "Create it, or name another with --config.")
        case EACCES:
            Objection(
                "may not be read by this user.",
                "Run the command as root or as the daemon's user."
            )
        default:
            Objection("cannot be read: \(String(cString: strerror(code))).")
        }
    }
}

extension SettingsReading {
    /// The settings, or every complaint in the order of the lines.
    fileprivate func result() throws(SettingsErrors) -> RelaySettings {
        if complaints.errors.isEmpty { return settings }
        throw SettingsErrors(
            complaints.errors.sorted { left, right in
                (left.line ?? 0, left.column ?? 0) < (right.line ?? 0, right.column ?? 0)
            }
        )
    }
}
