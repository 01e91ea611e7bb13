internal import Operations
internal import Settings

extension SettingsOption {
    /// Reads the settings, or prints every complaint and exits with status 78.
    func load() throws -> RelaySettings {
        do {
            return try RelaySettings.load(path: path)
        } catch {
            Console.complain(error.errors.map(\.description))
            throw ExitStatus.settings.error
        }
    }
}
