internal import CLinux
internal import Glibc
internal import MailMessage
internal import Spool

/// How one look at a file ended.
enum LookOutcome {
    case claimed(ClaimedFile)
    /// It waits in a bundle for further files.
    case collected
    case held(HeldFile)
    case waiting(until: Duration)
    /// Something changed under the look, or seemed to: again soon, and later each time. The obstacle
    /// is what an operator should know of if that goes on.
    case raced(Obstacle?)
    case left(Obstacle, FileFacts)
    case awaitingMarker
    case gone
    /// The folder or the spool is in trouble, not the file.
    case trouble(SpoolError)
}

/// Carries out what ``Readiness`` asks for: the only place of a pickup that touches files.
final class CandidateLooker {
    let spool: MessageSpool
    let rules: PickupRules
    private let hooks: PickupHooks
    private let content = ContentReader()
    /// What waits for further files.
    let bundles: BundleCollector?
    /// Whether what an earlier process left was found.
    var hasResumedBundles = false
    private var lastFolder: (path: [UInt8], directory: DropDirectory, system: FileSystemKind)?
    /// What the drop folder lies on.
    private(set) var fileSystem = FileSystemKind.unknown(0)
    /// Whether a lease was refused although nobody had the file open.
    private(set) var wasLeaseRefused = false

    init(spool: MessageSpool, rules: PickupRules, hooks: PickupHooks) {
        self.spool = spool
        self.rules = rules
        self.hooks = hooks
        bundles = BundleCollector(rules)
    }

    /// The open folder at a path below the drop folder.
    func directory(_ path: [UInt8]) throws(SpoolError) -> DropDirectory {
        try folder(path).directory
    }

    /// Looks up what the drop folder lies on; another may be mounted there since the last time.
    func findFileSystem() throws(SpoolError) {
        let magic = UInt32(truncatingIfNeeded: try spool.dropFileSystem())
        fileSystem = FileSystemKind(magic: hooks.fileSystem(magic))
    }

    /// What a file's folder lies on: below a drop folder something else may be mounted.
    func fileSystem(of key: CandidateKey) throws(SpoolError) -> FileSystemKind {
        switch key.place {
        case .drop(let path): try folder(path).system
        case .queue: spool.options.spoolPath == spool.options.dropPath ? fileSystem : .unknown(0)
        }
    }

    /// Whether a path below the drop folder belongs to the spool.
    func isReserved(_ path: [UInt8]) throws(SpoolError) -> Bool {
        let first = path.prefix { $0 != UInt8(ascii: "/") }
        guard let name = FileName(octets: first) else { return false }
        return try spool.dropDirectory().isReserved(name)
    }

    private func folder(
        _ path: [UInt8]
    ) throws(SpoolError) -> (path: [UInt8], directory: DropDirectory, system: FileSystemKind) {
        if let lastFolder, lastFolder.path == path { return lastFolder }
        let directory = try spool.dropDirectory(relative: path)
        let magic = UInt32(truncatingIfNeeded: linux_file_system(directory.descriptor))
        let system =
            path.isEmpty ? fileSystem : FileSystemKind(magic: hooks.fileSystem(magic))
        let opened = (path, directory, system)
        lastFolder = opened
        return opened
    }

    /// Closes what was kept open for the next file of the same folder.
    func forgetFolder() {
        if let lastFolder, !lastFolder.path.isEmpty { spool.forget(lastFolder.directory) }
        lastFolder = nil
    }

    /// The full path of a file, for messages.
    func path(of key: CandidateKey) -> [UInt8] {
        let slash = [UInt8(ascii: "/")]
        switch key.place {
        case .drop(let relative):
            let below = relative.isEmpty ? [] : slash + relative
            return Array(spool.options.dropPath.utf8) + below + slash + key.name.octets
        case .queue:
            return Array("\(spool.options.spoolPath)/\(SpoolFolder.queue.path)/".utf8)
                + key.name.octets
        }
    }

    /// What the entry is now, or `nil` when it is gone.
    func facts(_ key: CandidateKey) throws(SpoolError) -> FileFacts? {
        switch key.place {
        case .drop(let path): return try directory(path).facts(key.name)
        case .queue: return try spool.facts(stray: key.name)
        }
    }

    /// Looks at a file and claims it if it is ready.
    func look(at key: CandidateKey, _ readiness: inout Readiness) -> LookOutcome {
        var look = Look(key: key, now: hooks.now())
        do throws(SpoolError) {
            guard let facts = try facts(key) else { return .gone }
            look.facts = facts
            if case .queue = key.place,
                CandidateName.classify(key.name.octets, by: rules) != .candidate
            {
                return .left(rules.documents == nil ? .foreignName : .unfinishedName, facts)
            }
            if rules.documents != nil, facts.isFolder, key.place != .queue {
                return lookAtFolder(look)
            }
            let hasMarker = try marker(of: key) != nil
            var action = readiness.seen(facts, hasMarker: hasMarker, at: look.now)
            while true {
                switch step(action, &look, &readiness) {
                case .next(let next): action = next
                case .end(let outcome): return outcome
                }
            }
        } catch {
            return outcome(of: error, look)
        }
    }

    private enum Step {
        case next(Readiness.Action)
        case end(LookOutcome)
    }

    private func step(
        _ action: Readiness.Action,
        _ look: inout Look,
        _ readiness: inout Readiness
    ) -> Step {
        do throws(SpoolError) {
            switch action {
            case .takeLease:
                return try takeLease(&look, &readiness)
            case .readContent:
                return try readContent(&look, &readiness)
            case .lookAgain(let time): return .end(.waiting(until: time))
            case .leave(let obstacle):
                return .end(look.facts.map { .left(obstacle, $0) } ?? .gone)
            case .awaitMarker: return .end(.awaitingMarker)
            case .claim: return .end(claim(look, truncated: nil))
            case .hold(let completeness): return .end(claim(look, truncated: completeness))
            }
        } catch {
            return .end(outcome(of: error, look))
        }
    }

    private func open(_ look: inout Look) throws(SpoolError) -> OpenFile {
        if let file = look.file { return file }
        let descriptor: Int32
        switch look.key.place {
        case .drop(let path): descriptor = try directory(path).open(look.key.name)
        case .queue: descriptor = try spool.open(stray: look.key.name)
        }
        let file = OpenFile(descriptor)
        look.file = file
        return file
    }

    private func takeLease(
        _ look: inout Look,
        _ readiness: inout Readiness
    ) throws(SpoolError) -> Step {
        let file = try open(&look)
        let result = hooks.takeLease(file.descriptor)
        // Under the lease: what is seen now, no writer changes before the rename.
        let facts = try FileFacts(descriptor: file.descriptor)
        // The name was given to something else between look and open: a pipe, somebody's secret.
        if facts.obstacle != nil { return .end(.raced(nil)) }
        look.facts = facts
        let answer: Readiness.LeaseAnswer
        switch result {
        case 0:
            look.hasLease = true
            answer = .granted
        case -EAGAIN: answer = .openForWriting
        default:
            // Not our file and no CAP_LEASE, a user namespace, or no leases here at all.
            wasLeaseRefused = true
            answer = .impossible
        }
        return .next(readiness.leaseAnswered(answer, facts, at: look.now))
    }

    private func readContent(
        _ look: inout Look,
        _ readiness: inout Readiness
    ) throws(SpoolError) -> Step {
        let file = try open(&look)
        if !look.hasLease {
            let opened = try FileFacts(descriptor: file.descriptor)
            if opened.obstacle != nil { return .end(.raced(nil)) }
        }
        guard let seen = look.facts else { return .end(.gone) }
        let reading: ContentReader.Reading
        let document = rules.documents.map { (name: look.key.name, rules: $0.rules) }
        switch content.read(file.descriptor, size: seen.size, document: document) {
        case .success(let read):
            reading = read
            look.isFit = read.isFit
        case .failure: return .end(.left(.damaged, seen))
        }
        if !look.hasLease {
            let after = try FileFacts(descriptor: file.descriptor)
            guard seen.isSameVersion(as: after) else { return .end(.raced(nil)) }
            look.facts = after
        }
        return .next(
            readiness.contentRead(
                reading.completeness,
                fingerprint: reading.fingerprint,
                at: look.now
            )
        )
    }
}

/// A descriptor that closes itself, and gives up its lease by that.
final class OpenFile {
    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = linux_close(descriptor) }
}

extension FileFacts {
    /// Whether both are the same file with the same content, as far as attributes can tell.
    fileprivate func isSameVersion(as other: FileFacts) -> Bool {
        isSameFile(as: other) && size == other.size && modified == other.modified
    }
}
