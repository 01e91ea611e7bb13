internal import Glibc
package import TLSEngine

/// Why a sandbox cannot serve.
package enum SandboxError: Error, Hashable, Sendable {
    /// The address to listen on is not this machine's own.
    case notLoopback(String)
    /// The address cannot be listened on.
    case listen(host: String, port: Int, reason: String)
    /// The folder cannot be created, read or written.
    case folder(String, String)
    /// No certificate could be made.
    case certificate(TLSError)
    /// No key to sign tokens with could be made.
    case signingKey
    /// Fewer messages than awaited came in time.
    case waitedInVain(accepted: Int, awaited: Int)

    /// What happened and what to do, in one sentence.
    package var sentence: String {
        switch self {
        case .notLoopback(let host):
            "The sandbox takes mail from everybody who knows its password, so it listens on"
                + " loopback only: use 127.0.0.1 or ::1 instead of \(host)."
        case .listen(let host, let port, let reason):
            "The sandbox cannot listen on \(host) port \(port): \(reason)."
        case .folder(let path, let reason):
            "The sandbox cannot use the folder \(path): \(reason)."
        case .certificate(let error):
            "The sandbox cannot make its certificate: \(error.sentence)"
        case .signingKey: "The sandbox cannot make the key that signs its tokens."
        case .waitedInVain(let accepted, let awaited):
            "The sandbox accepted \(accepted) messages, \(awaited) were awaited."
        }
    }
}

extension SandboxError: CustomStringConvertible {
    /// The sentence.
    package var description: String { sentence }
}

/// The reason of the last system call that failed.
enum SystemError {
    /// `errno` in words.
    static var current: String { text(errno) }

    /// An error number in words.
    static func text(_ number: Int32) -> String { String(cString: strerror(number)) }
}

/// Which addresses belong to this machine alone.
enum Loopback {
    /// Whether an address is one of 127.0.0.0/8 or ::1; names are looked up by nobody.
    static func contains(_ host: String) -> Bool {
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 {
            return UInt32(bigEndian: four.s_addr) >> 24 == 127
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
        return withUnsafeBytes(of: &six) { octets in
            octets.dropLast().allSatisfy { $0 == 0 } && octets.last == 1
        }
    }
}
