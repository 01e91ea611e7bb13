internal import Glibc
internal import Synchronization

/// The folder of accepted messages.
///
/// Its calls block the event loop for as long as the page cache takes: nothing is synced, since
/// nobody relies on a sandbox to keep mail through a power cut.
final class MessageStore: Sendable {
    private let folder: String?
    private let number: Atomic<Int>
    private let fileCount = Atomic(0)

    /// Opens the folder and creates it if it is missing; `nil` counts without writing.
    init(folder: String?) throws(SandboxError) {
        self.folder = folder
        number = Atomic(try folder.map { path throws(SandboxError) in try Self.prepare(path) } ?? 0)
    }

    /// The number of the last message in the folder, whose names go on from there.
    private static func prepare(_ path: String) throws(SandboxError) -> Int {
        if access("\(path)/queue/sending", F_OK) == 0 { throw .productionFolder(path) }
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw .folder(path, SystemError.current) }
        guard let directory = opendir(path) else { throw .folder(path, SystemError.current) }
        defer { closedir(directory) }
        var highest = 0
        while let entry = readdir(directory) {
            // Through the record's own pointer: a copy of the struct could read beyond it.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let start = UnsafeRawPointer(entry) + offset
            let name = String(cString: start.assumingMemoryBound(to: CChar.self))
            guard name.hasSuffix(".eml"), let digits = name.split(separator: "-").first,
                let number = Int(digits), number < Int.max / 2
            else { continue }
            highest = max(highest, number)
        }
        return highest
    }

    /// Opens a file for a message; `nil` when messages are only counted.
    func begin() -> MessageFile? {
        guard let folder else { return nil }
        let count = fileCount.add(1, ordering: .relaxed).newValue
        return MessageFile(path: "\(folder)/.incoming-\(getpid())-\(count)")
    }

    /// Numbers an accepted message and gives its files their names.
    ///
    /// - Returns: The numbered message, or `nil` when it could not be written.
    func settle(_ message: SandboxMessage, _ file: MessageFile?) -> SandboxMessage? {
        var message = message
        message.number = number.add(1, ordering: .relaxed).newValue
        guard let folder else { return message }
        let path = "\(folder)/\(message.fileName)"
        // The envelope first: whoever sees the message finds its envelope.
        guard let file, Self.write(message.json, to: "\(path).json", by: "\(file.path).json"),
            file.settle(as: "\(path).eml")
        else { return nil }
        return message
    }

    /// Writes a whole file under a temporary name and gives it its own.
    static func write(_ text: String, to path: String, by temporary: String) -> Bool {
        let file = MessageFile(path: temporary)
        var text = text
        text.withUTF8 { file.write(UnsafeRawBufferPointer($0)) }
        return file.settle(as: path)
    }
}

/// A file under a temporary name, removed unless it is settled.
final class MessageFile {
    /// The temporary name.
    let path: String
    private var descriptor: Int32
    private var isWhole: Bool
    private var isSettled = false

    /// Creates the file; a failure shows when it is settled.
    init(path: String) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        isWhole = descriptor >= 0
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isSettled { unlink(path) }
    }

    /// Appends octets.
    func write(_ octets: UnsafeRawBufferPointer) {
        var rest = octets[...]
        while isWhole, let base = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty
        {
            let count = Glibc.write(descriptor, base, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                isWhole = false
            }
        }
    }

    /// Gives the file its name; `false` when it is not whole.
    func settle(as name: String) -> Bool {
        guard isWhole, close(descriptor) == 0 else { return false }
        descriptor = -1
        isSettled = rename(path, name) == 0
        return isSettled
    }
}
