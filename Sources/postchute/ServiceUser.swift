internal import Operations
internal import Settings

extension ServiceUser {
    /// Becomes the daemon's user where root runs the command, or complains and exits.
    ///
    /// With `keepsLeases`, for `run`, the program starts anew with CAP_LEASE; see
    /// ``ServiceUser/adopt(keepsLeases:)``.
    static func adopt(for settings: RelaySettings, keepsLeases: Bool = false) throws {
        do {
            try ServiceUser(for: settings).adopt(keepsLeases: keepsLeases)
        } catch {
            Console.complain(error.lines)
            throw error.status.error
        }
    }
}
