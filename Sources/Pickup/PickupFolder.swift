package import Spool
internal import CLinux
internal import Glibc
internal import Synchronization

/// A watched folder and its rules, served by a thread of its own.
///
/// Files are claimed by scans; what ``WatchHelper`` sees only makes them come sooner.
package final class PickupFolder: Sendable {
    /// The name of the pickup in the settings.
    package let name: String
    private let path: [UInt8]
    private let rules: PickupRules
    private let hooks: PickupHooks
    private let open: @Sendable () throws(SpoolError) -> MessageSpool
    private let report: @Sendable (PickupEvent) -> Void
    private let inbox = PickupInbox()
    private let initial: Mutex<MessageSpool?>
    private let thread = Mutex<pthread_t?>(nil)

    /// Creates a pickup that does nothing yet.
    ///
    /// The `path` is the drop folder as ``WatchHelper`` is told it. Without a `spool`, which could
    /// not be opened, the pickup says ``PickupEvent/folderMissing(_:)`` and keeps trying to `open`
    /// one. It also does so after the folder was replaced, when it has given up the lock of the
    /// former spool; messages in hand keep using that. The `report` is made on the pickup's thread
    /// and must not wait for the pickup.
    package init(
        name: String,
        path: String,
        rules: PickupRules,
        spool: MessageSpool?,
        hooks: PickupHooks = PickupHooks(),
        open: @escaping @Sendable () throws(SpoolError) -> MessageSpool,
        report: @escaping @Sendable (PickupEvent) -> Void
    ) {
        self.name = name
        self.path = Array(path.utf8)
        self.rules = rules
        self.hooks = hooks
        self.open = open
        self.report = report
        initial = Mutex(spool)
    }

    /// Starts the thread, which scans at once; start ``WatchHelper`` first.
    package func start() {
        thread.withLock { thread in
            guard thread == nil else { return }
            var started = pthread_t()
            let failure = pthread_create(
                &started,
                nil,
                { context in
                    linux_name_thread("pickup")
                    if let context {
                        Unmanaged<PickupFolder>.fromOpaque(context).takeRetainedValue().run()
                    }
                    return nil
                },
                Unmanaged.passRetained(self).toOpaque()
            )
            precondition(failure == 0, "pthread_create: error \(failure)")
            thread = started
        }
    }

    /// Ends the thread and waits for it; a claim under way is finished and reported.
    package func stop() {
        inbox.post { $0.isStopped = true }
        thread.withLock { thread in
            if let running = thread { pthread_join(running, nil) }
            thread = nil
        }
    }

    /// Asks for a scan, no sooner than the last one allows.
    package func scan() { inbox.post { $0.wantsScan = true } }

    /// Asks whether files without an id in `queue/` are ready, to give them one.
    package func examine(strays: [FileName]) {
        inbox.post { requests in
            for name in strays {
                requests.add(.touched, for: CandidateKey(place: .queue, name: name))
            }
        }
    }

    /// Takes note of what the watch helper saw, wherever it was.
    package func hint(_ record: WatchRecord) {
        switch record {
        case .ready, .overflow: scan()
        case .folderGone(let folder), .folderBack(let folder):
            if folder == path { scan() }
        case .unwatched: break
        case .event(let events, let folder, let name): hint(events, folder, name)
        }
    }

    private func hint(_ events: WatchEvents, _ folder: [UInt8], _ octets: [UInt8]) {
        guard let relative = relative(folder), let name = FileName(octets: octets) else { return }
        if events.contains(.isFolder) {
            if rules.documents != nil, relative.isEmpty, SpoolName(octets: octets) != nil {
                return post(events, relative, name)
            }
            guard rules.isRecursive, !events.isDisjoint(with: [.created, .movedIn]) else { return }
            let subfolder = relative.isEmpty ? octets : relative + [UInt8(ascii: "/")] + octets
            inbox.post { $0.add(folder: subfolder) }
            return
        }
        switch CandidateName.classify(octets, by: rules) {
        case .wake:
            if relative.isEmpty && events.contains(.created) { inbox.post { $0.isWoken = true } }
        case .candidate: post(events, relative, name)
        case .other:
            if case .marker(let suffix) = rules.ready,
                !CandidateName.marked(by: name, suffix: suffix, types: rules.endings).isEmpty
            {
                post(events, relative, name)
            }
        }
    }

    private func post(_ events: WatchEvents, _ folder: [UInt8], _ name: FileName) {
        let hint: PickupRequests.Hint =
            if events.contains(.movedIn) {
                .movedIn
            } else if events.contains(.created) {
                .created
            } else {
                .touched
            }
        inbox.post { $0.add(hint, for: CandidateKey(place: .drop(folder), name: name)) }
    }

    /// The path of a folder below the drop folder, if the pickup serves it.
    private func relative(_ folder: [UInt8]) -> [UInt8]? {
        if folder == path { return [] }
        guard rules.isRecursive, folder.starts(with: path + [UInt8(ascii: "/")]) else { return nil }
        return Array(folder[(path.count + 1)...])
    }

    private func run() {
        let inbox = inbox
        let worker = PickupWorker(
            rules: rules,
            hooks: hooks,
            spool: initial.withLock { $0.take() },
            open: open,
            report: report
        )
        worker.isStopped = { inbox.isStopped }
        while true {
            let requests = inbox.take()
            if requests.isStopped { return }
            inbox.wait(until: worker.turn(requests))
        }
    }
}
