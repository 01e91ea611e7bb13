internal import Glibc
package import Settings

/// The file by which `resume` tells the daemon to look at a suspended route at once.
///
/// Removing a ``PauseFile`` says the same of a paused route. A route that is suspended without
/// being paused has none, and one created and removed at once can be missed between two looks.
package struct ResumeRequest: Sendable {
    private let path: String

    /// The file of a route, whose name the settings have restricted to letters, digits, `-` and `_`.
    package init(route: String, in settings: StateSettings) {
        path = "\(settings.directory)/RESUME.\(route)"
    }

    /// Leaves the request; returns the system's error number where that fails.
    package func create() -> Int32? {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { return errno }
        close(descriptor)
        return nil
    }

    /// Consumes the request; `true` for the one caller that gets it.
    package func take() -> Bool { unlink(path) == 0 }
}
