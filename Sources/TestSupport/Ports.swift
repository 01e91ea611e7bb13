import Glibc

/// Returns a TCP port of 127.0.0.1 that was free a moment ago.
///
/// Only for foreign servers that must be told their port; ours listen on port 0 and say which they
/// got.
package func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw WaitError("socket: \(systemError())") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutableBytes(of: &address) { address in
        guard let base = address.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
            return true
        }
        return bind(descriptor, base, length) != 0 || getsockname(descriptor, base, &length) != 0
    }
    guard !failed else { throw WaitError("bind: \(systemError())") }
    return Int(UInt16(bigEndian: address.sin_port))
}

/// The text of an `errno`, by default the current one.
package func systemError(_ number: Int32 = errno) -> String {
    String(cString: strerror(number))
}
