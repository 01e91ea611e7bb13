internal import Glibc
package import Settings

/// The file that pauses a route while it exists, in the state directory.
///
/// A file and not a command to the daemon: it works without a daemon and outlives it.
package struct PauseFile: Sendable {
    private let path: String

    /// The file of a route, whose name the settings have restricted to letters, digits, `-` and `_`.
    package init(route: String, in settings: StateSettings) {
        path = "\(settings.directory)/PAUSED.\(route)"
    }

    /// Whether the route is paused, as a question to be asked again and again.
    package var exists: @Sendable () -> Bool {
        { [path] in access(path, F_OK) == 0 }
    }

    /// Pauses the route; returns the system's error number where that fails.
    package func create() -> Int32? {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return errno }
        close(descriptor)
        return nil
    }

    /// Ends the pause; a route that is not paused is no error.
    package func remove() -> Int32? {
        unlink(path) == 0 || errno == ENOENT ? nil : errno
    }
}
