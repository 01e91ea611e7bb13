internal import Operations
internal import Settings

extension SettingsOption {
    /// Reads the settings for a command that needs no secret, and becomes the daemon's user where
    /// root runs it; or prints every complaint and exits.
    func folders() throws -> RelayFolders {
        let settings: RelaySettings
        do {
            settings = try RelaySettings.read(path: path)
        } catch {
            Console.complain(error.errors.map(\.description))
            throw ExitStatus.settings.error
        }
        try ServiceUser.adopt(for: settings)
        return RelayFolders(settings)
    }
}
