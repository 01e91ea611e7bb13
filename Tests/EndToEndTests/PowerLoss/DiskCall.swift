/// What a recorded call means for the disk, the server or the log.
///
/// Paths begin with the name of a ``TrialFolder``, so that they say the same wherever a tree is laid
/// out again.
enum DiskCall: Hashable, Sendable {
    /// A file was made, or found, by open(2).
    case create(String)
    case makeFolder(String)
    case move(from: String, to: String)
    case remove(String)
    case write(String, [UInt8])
    /// A file was cut to nothing.
    case truncate(String)
    /// The modification time in nanoseconds since 1970.
    case setModified(String, Int64)
    /// fsync(2) or fdatasync(2) of a file or a folder.
    case sync(String)
    case toServer(session: String, [UInt8])
    case fromServer(session: String, [UInt8])
    case logged([UInt8])
    /// Something that changes the disk in a way the model does not know.
    case unknown(String)

    /// The meaning of a call; `nil` where it means nothing to any of them.
    init?(_ call: TracedCall, _ place: (String) -> String?) {
        guard call.result >= 0 else { return nil }
        switch call.name {
        case "read", "recvfrom", "recvmsg", "readv": self.init(reading: call)
        case "write", "writev", "sendto", "sendmsg": self.init(writing: call, place)
        case "openat": self.init(opening: call, place)
        case "mkdirat":
            guard let path = call.path(folder: 0, name: 1).flatMap(place) else { return nil }
            self = .makeFolder(path)
        case "renameat", "renameat2": self.init(moving: call, place)
        case "unlinkat":
            guard let path = call.path(folder: 0, name: 1).flatMap(place) else { return nil }
            self = .remove(path)
        case "fsync", "fdatasync":
            guard let path = call.path(0).flatMap(place) else { return nil }
            self = .sync(path)
        case "ftruncate":
            guard let path = call.path(0).flatMap(place) else { return nil }
            self = call.word(1) == "0" ? .truncate(path) : .unknown(call.name)
        case "utimensat":
            guard let path = (call.path(folder: 0, name: 1) ?? call.path(0)).flatMap(place),
                let time = call.word(2).flatMap(Self.lastTime)
            else { return nil }
            self = .setModified(path, time)
        default:
            let paths = call.arguments.indices.flatMap { index in
                [
                    call.path(index),
                    call.octets(index).map { String(decoding: $0.0, as: UTF8.self) },
                ]
            }
            guard paths.contains(where: { $0.flatMap(place) != nil }) else { return nil }
            self = .unknown(call.name)
        }
    }

    private init?(reading call: TracedCall) {
        guard let path = call.path(0), path.hasPrefix("socket:"), let read = call.octets(1) else {
            return nil
        }
        self = .fromServer(session: path, Array(read.octets.prefix(Int(call.result))))
    }

    private init?(writing call: TracedCall, _ place: (String) -> String?) {
        guard let path = call.path(0), let written = call.octets(1) else { return nil }
        let octets = Array(written.octets.prefix(Int(call.result)))
        if path.hasPrefix("socket:") {
            self = .toServer(session: path, octets)
        } else if path.hasPrefix("pipe:"), octets.starts(with: "time=".utf8) {
            self = .logged(octets)
        } else if let path = place(path) {
            self = written.isWhole ? .write(path, octets) : .unknown("a long write")
        } else {
            return nil
        }
    }

    private init?(opening call: TracedCall, _ place: (String) -> String?) {
        guard let flags = call.word(2), let path = call.path(folder: 0, name: 1).flatMap(place)
        else { return nil }
        let isForReading = flags.contains("O_RDONLY") && !flags.contains("O_TRUNC")
        if isForReading && !flags.contains("O_CREAT") { return nil }
        let isKnown = flags.contains("O_CREAT") && !flags.contains("O_TRUNC")
        self = isKnown ? .create(path) : .unknown("openat for writing")
    }

    private init?(moving call: TracedCall, _ place: (String) -> String?) {
        let from = call.path(folder: 0, name: 1).flatMap(place)
        let to = call.path(folder: 2, name: 3).flatMap(place)
        switch (from, to) {
        case (nil, nil): return nil
        case (let from?, let to?): self = .move(from: from, to: to)
        case (nil, _?), (_?, nil): self = .unknown(call.name)
        }
    }

    /// The time in `[UTIME_OMIT, {tv_sec=1, tv_nsec=2}]`, in nanoseconds.
    private static func lastTime(_ word: String) -> Int64? {
        func number(after key: String) -> Int64? {
            Array(word.utf8).afterFirst(Array(key.utf8)).flatMap {
                Int64(String(decoding: $0.prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
            }
        }
        guard let seconds = number(after: "tv_sec="), let rest = number(after: "tv_nsec=") else {
            return nil
        }
        return seconds * 1_000_000_000 + rest
    }
}
