import Glibc

/// The octets of a file, for files a test made itself.
package func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WaitError("open \(path): \(systemError())") }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw WaitError("read \(path): \(systemError())") }
        if count == 0 { return result }
        result += buffer[..<count]
    }
}

/// Creates or replaces a file with mode 0644.
package func writeFile(_ octets: some Sequence<UInt8>, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw WaitError("open \(path): \(systemError())") }
    defer { close(descriptor) }
    let octets = Array(octets)
    var written = 0
    while written < octets.count {
        let count = octets.withUnsafeBytes {
            write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
        }
        guard count > 0 else { throw WaitError("write \(path): \(systemError())") }
        written += count
    }
}

/// The sorted names in a folder without `.` and `..`; empty if there is no such folder.
///
/// Names that are not UTF-8 are repaired: ``folderNameOctets(_:)`` has them as they are.
package func folderNames(_ path: String) -> [String] {
    folderNameOctets(Array(path.utf8)).map { String(decoding: $0, as: UTF8.self) }.sorted()
}

/// The names in a folder as octets, unsorted, without `.` and `..`.
package func folderNameOctets(_ path: [UInt8]) -> [[UInt8]] {
    guard let folder = path.withCString({ opendir($0) }) else { return [] }
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    while let entry = readdir(folder) {
        // Through the record's own pointer: a copy of the struct could end within the name.
        let name = UnsafeRawPointer(entry) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
        names.append(
            Array(
                UnsafeRawBufferPointer(
                    start: name,
                    count: strlen(name.assumingMemoryBound(to: CChar.self))
                )
            )
        )
    }
    return names.filter { $0 != [0x2E] && $0 != [0x2E, 0x2E] }
}

/// Removes a folder and all below it, without following links; what cannot be removed stays.
package func removeTree(_ path: String) {
    removeTree(Array(path.utf8))
}

private func removeTree(_ path: [UInt8]) {
    // unlink(2) refuses a folder with EISDIR.
    if path.withCString({ unlink($0) }) == 0 { return }
    _ = path.withCString { chmod($0, 0o700) }
    for name in folderNameOctets(path) { removeTree(path + [UInt8(ascii: "/")] + name) }
    _ = path.withCString { rmdir($0) }
}

extension [UInt8] {
    /// Calls the body with the octets as a C string.
    fileprivate func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        var octets = (self + [0]).map { CChar(bitPattern: $0) }
        return body(&octets)
    }
}
