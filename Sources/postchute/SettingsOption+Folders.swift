internal import Operations
internal import Settings

extension SettingsOption {
    /// Becomes the daemon's user where root runs the command, before a folder is touched.
    ///
    /// Reads the settings without looking at what they name: root can read every secret, so only
    /// ``load()`` afterwards tells whether the daemon can. With `keepsLeases`, for `run`, the
    /// program starts anew; see ``ServiceUser/adopt(keepsLeases:)``.
    @discardableResult
    func adoptServiceUser(keepsLeases: Bool = false) throws -> RelaySettings {
        // Who it is has to be asked before that.
        _ = OperatorActor.current
        let settings: RelaySettings
        do {
            settings = try RelaySettings.read(path: path)
        } catch {
            Console.complain(error.errors.map(\.description))
            throw ExitStatus.settings.error
        }
        try ServiceUser.adopt(for: settings, keepsLeases: keepsLeases)
        return settings
    }

    /// The folders, for a command that needs no secret.
    func folders() throws -> RelayFolders { RelayFolders(try adoptServiceUser()) }
}
