internal import Glibc
package import Settings

/// What the files look like that a route signs in and proves servers with, so that a reload notices
/// new contents under the same names.
///
/// Not of tokens that something else keeps fresh: those change all the time, and are read anew for each
/// sign-in.
package struct CredentialMarks: Hashable, Sendable {
    private let files: [String: [Int64]]

    /// Looks at the files of a route; one that is missing has no mark.
    package init(_ route: RouteSettings) {
        var paths: [String] = []
        if case .file(let path) = route.trust { paths.append(path) }
        if case .password(_, let password, _) = route.signIn { paths.append(password.path) }
        if let certificate = route.clientCertificate {
            paths.append(certificate.certificate)
            paths += [certificate.key, certificate.passphrase].compactMap { $0?.path }
        }
        files = Dictionary(paths.map { ($0, Self.mark($0)) }) { first, _ in first }
    }

    /// The marks of every route by its name.
    package static func ofRoutes(in settings: RelaySettings) -> [String: CredentialMarks] {
        Dictionary(settings.routes.map { ($0.name, CredentialMarks($0)) }) { first, _ in first }
    }

    private static func mark(_ path: String) -> [Int64] {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return [] }
        return [
            Int64(bitPattern: UInt64(facts.st_dev)), Int64(bitPattern: UInt64(facts.st_ino)),
            Int64(facts.st_size), Int64(facts.st_mtim.tv_sec), Int64(facts.st_mtim.tv_nsec),
            Int64(facts.st_ctim.tv_sec), Int64(facts.st_ctim.tv_nsec),
        ]
    }
}
