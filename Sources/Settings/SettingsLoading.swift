internal import Glibc

extension RelaySettings {
    /// Reads and checks a settings file, and the files and groups it names.
    ///
    /// - Throws: Every complaint there is, in the order of the lines.
    package static func load(
        path: String = defaultPath,
        probe: SettingsProbe = .system
    ) throws(SettingsErrors) -> RelaySettings {
        let reading = SettingsReading(try octets(of: path), file: path, probe.surroundings)
        FileChecks(uses: reading.fileUses, probe: probe, complaints: reading.complaints).check()
        return try reading.result()
    }

    /// Where systemd keeps the credentials of the unit, for who is not started by it.
    package static let credentialsDirectory = "/run/credentials/postchute.service"

    /// Reads a settings file for a command that uses no secret: nothing it names is looked at, so
    /// that operators need not be able to, and credentials need no systemd.
    ///
    /// - Throws: Every complaint there is, in the order of the lines.
    package static func read(
        path: String = defaultPath
    ) throws(SettingsErrors) -> RelaySettings {
        try parse(
            octets(of: path),
            file: path,
            credentialsDirectory: credentialsDirectory,
            environment: { takenOnTrust[$0] }
        )
    }

    /// What the daemon's environment may hold, for who does not have it.
    private static let takenOnTrust = [
        "AZURE_TENANT_ID": "tenant.invalid",
        "AZURE_CLIENT_ID": "00000000-0000-0000-0000-000000000000",
        "AZURE_FEDERATED_TOKEN_FILE": "/var/run/secrets/azure/tokens/azure-identity-token",
    ]

    static func octets(of path: String) throws(SettingsErrors) -> [UInt8] {
        do throws(Objection) {
            return try contents(of: path)
        } catch {
            let error = SettingsError(file: path, sentence: error.sentence, advice: error.advice)
            throw SettingsErrors([error])
        }
    }

    /// Reads settings from the text of a file; looks at nothing else.
    ///
    /// - Throws: Every complaint there is, in the order of the lines.
    package static func parse(
        _ octets: [UInt8],
        file: String,
        credentialsDirectory: String? = nil,
        environment: @escaping @Sendable (String) -> String? = { _ in nil }
    ) throws(SettingsErrors) -> RelaySettings {
        let surroundings = Surroundings(
            credentialsDirectory: credentialsDirectory,
            environment: environment
        )
        return try SettingsReading(octets, file: file, surroundings).result()
    }

    private static func contents(of path: String) throws(Objection) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(errno) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while octets.count <= TomlDocument.maximumOctets {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
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
