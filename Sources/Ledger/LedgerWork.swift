internal import Delivery
internal import Dispatch
internal import Glibc

/// What the thread of a ``LedgerWriter`` does: opens the ledger, writes, tries again, forgets.
struct LedgerWork {
    private let writer: LedgerWriter
    private var store: LedgerStore?
    private var pending: ArraySlice<MessageEvent> = []
    private var flushers: [DispatchSemaphore] = []
    private var lost: (count: Int, since: Int64, until: Int64)?
    /// When the old is looked for next, in microseconds since 1970.
    private var nextSweep: Int64 = 0

    private static let sweepInterval: Int64 = 3_600_000_000
    /// The most messages forgotten before what was noted meanwhile is written.
    private static let forgottenAtOnce = 500

    init(_ writer: LedgerWriter) { self.writer = writer }

    /// How long to wait for something to do; short while something is left undone.
    var patience: DispatchTimeInterval {
        isBehind ? .seconds(2) : isSweeping ? .milliseconds(50) : .seconds(10)
    }

    private var isBehind: Bool { !pending.isEmpty || lost != nil || writer.trouble != nil }
    private var isSweeping = false

    /// Writes what waits; what fails stays for the next step.
    mutating func step() {
        let haul = writer.take()
        pending.append(contentsOf: haul.events)
        flushers += haul.flushers
        if let more = haul.lost {
            lost = ((lost?.count ?? 0) + more.count, lost?.since ?? more.since, more.until)
        }
        var trouble = attempt()
        // A new ledger is begun at once: what is mended already is nobody's trouble.
        if case .damaged? = trouble { trouble = attempt() }
        writer.note(trouble)
        guard trouble == nil else { return }
        for flusher in flushers { flusher.signal() }
        flushers = []
    }

    /// Writes everything, or returns why it cannot; a damaged ledger is put aside.
    private mutating func attempt() -> LedgerError? {
        do {
            let store = try openStore()
            try writePending(store)
            try takeNotes(store)
            try sweep(store)
            return nil
        } catch {
            let trouble = LedgerError(error, path: writer.file.path)
            failed(trouble)
            return trouble
        }
    }

    /// Closes the ledger.
    mutating func close() { store = nil }

    private mutating func openStore() throws -> LedgerStore {
        if let store, store.isInPlace { return store }
        store = nil
        let isNew = writer.file.identity == nil
        let opened = try LedgerStore(stateDirectory: writer.stateDirectory)
        store = opened
        if isNew { writer.tell(.begun) }
        return opened
    }

    private mutating func writePending(_ store: LedgerStore) throws {
        while !pending.isEmpty {
            let batch = pending.prefix(LedgerWriter.batch)
            try store.append(Array(batch))
            pending = pending.dropFirst(batch.count)
            writer.wrote(batch.count)
        }
        // The slice would keep the whole array.
        pending = []
        guard let gap = lost else { return }
        try store.noteGap(since: gap.since, until: gap.until, events: gap.count)
        writer.tell(.lost(gap.count, since: gap.since, until: gap.until))
        lost = nil
    }

    private func takeNotes(_ store: LedgerStore) throws {
        for note in OperatorNote.waiting(in: writer.stateDirectory) {
            if let event = note.event { try store.append([event]) }
            note.remove()
        }
    }

    private mutating func sweep(_ store: LedgerStore) throws {
        let (span, isNew) = writer.takeKeeping()
        if isNew { nextSweep = 0 }
        guard let keep = span, isSweeping || writer.now() >= nextSweep else { return }
        let count = try store.forget(
            before: writer.now() - keep,
            limit: Self.forgottenAtOnce
        )
        isSweeping = count == Self.forgottenAtOnce
        if !isSweeping { nextSweep = writer.now() + Self.sweepInterval }
    }

    private mutating func failed(_ error: LedgerError) {
        store = nil
        isSweeping = false
        if case .damaged = error {
            writer.tell(.setAside(writer.file.setAside(at: writer.now() / 1_000_000), error))
        }
    }
}
