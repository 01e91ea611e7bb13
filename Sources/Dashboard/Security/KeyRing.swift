internal import Synchronization

/// The tokens as the daemon knows them: read again when the file has changed.
final class KeyRing: Sendable {
    private struct State {
        var mark: FileMark??
        var tokens: [DashboardToken] = []
        var trouble: String?
    }

    private let file: TokenFile
    private let state = Mutex(State())

    /// Creates a ring that has read nothing yet.
    init(_ file: TokenFile) { self.file = file }

    /// The token of a secret, or `nil` when it opens nothing.
    ///
    /// Looks at every token, whichever fits.
    func token(opening secret: String) -> DashboardToken? {
        let digest = Secret.digest(secret)
        var found: DashboardToken?
        for token in current().tokens where Secret.isEqual(token.digest, digest) { found = token }
        return found
    }

    /// Whether a token still is what it was: neither removed nor made anew.
    func isCurrent(_ token: DashboardToken) -> Bool { current().tokens.contains(token) }

    /// Whether anybody can sign in, and why the file cannot be read.
    var condition: (hasTokens: Bool, trouble: String?) {
        let current = current()
        return (!current.tokens.isEmpty, current.trouble)
    }

    // While the file cannot be read nobody can sign in: a token that was removed must not come back.
    private func current() -> (tokens: [DashboardToken], trouble: String?) {
        state.withLock { state in
            let mark = file.mark
            if state.mark != .some(mark) {
                // Taken before reading: a change in between is seen the next time.
                state.mark = .some(mark)
                do throws(TokenFileError) {
                    (state.tokens, state.trouble) = (try file.read(), nil)
                } catch {
                    (state.tokens, state.trouble) = ([], error.sentence)
                }
            }
            return (state.tokens, state.trouble)
        }
    }
}
