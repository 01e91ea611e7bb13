internal import Glibc
internal import NIOCore
internal import NIOPosix
package import Submission

/// A password in a file of its own, read anew for every session.
///
/// So that a changed password needs no restart. The last line end is not part of the password.
package struct FileSecret: SecretProvider {
    /// The path of the file.
    package let path: String

    /// The largest file that can be meant as a secret.
    private static let maximumOctets = 65_536

    /// Names the file; it need not exist yet.
    package init(path: String) {
        self.path = path
    }

    /// Reads the file, refusing one that every user of the system can read.
    package func secret() throws(CredentialError) -> String {
        // O_NONBLOCK: a FIFO in the file's place must not hold up the reader.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("cannot be opened", errno) }
        defer { close(descriptor) }
        try check(descriptor)
        return try text(of: read(descriptor))
    }

    private func check(_ descriptor: Int32) throws(CredentialError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be examined", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CredentialError("the secret file '\(path)' is not a regular file")
        }
        guard status.st_mode & 0o007 == 0 else {
            throw CredentialError(
                "the secret file '\(path)' is open to every user of this system; "
                    + "run: chmod o= '\(path)'"
            )
        }
        guard status.st_size <= Self.maximumOctets else {
            throw CredentialError(
                "the secret file '\(path)' is larger than \(Self.maximumOctets) octets"
            )
        }
    }

    private func read(_ descriptor: Int32) throws(CredentialError) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: Self.maximumOctets)
        var count = 0
        while count < octets.count {
            let step = octets.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if step == 0 { break }
            if step > 0 {
                count += step
            } else if errno != EINTR {
                throw failure("cannot be read", errno)
            }
        }
        return Array(octets.prefix(count))
    }

    private func text(of octets: [UInt8]) throws(CredentialError) -> String {
        var content = octets[...]
        if content.last == UInt8(ascii: "\n") { content.removeLast() }
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        guard !content.isEmpty else {
            throw CredentialError("the secret file '\(path)' is empty")
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw CredentialError("the secret file '\(path)' is not UTF-8 text")
        }
        return text
    }

    private func failure(_ what: String, _ code: Int32) -> CredentialError {
        let cause = String(cString: strerror(code))
        return CredentialError("the secret file '\(path)' \(what): \(cause)")
    }
}

/// An access token that something else keeps fresh in a file.
package struct FileToken: TokenProvider {
    private let file: FileSecret

    /// Names the file; it need not exist yet.
    package init(path: String) {
        file = FileSecret(path: path)
    }

    /// Reads the file on a thread that may block; renewing means reading it again.
    package func token(
        renew: Bool,
        completion: @escaping @Sendable (Result<AccessToken, CredentialError>) -> Void
    ) {
        let file = file
        NIOSingletons.posixBlockingThreadPool.submit { _ in
            completion(
                Result { () throws(CredentialError) in AccessToken(secret: try file.secret()) }
            )
        }
    }
}
