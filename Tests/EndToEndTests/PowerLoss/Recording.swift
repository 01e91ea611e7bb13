/// What a daemon did to the disk, and told the server and its log, in order.
struct Recording: Sendable {
    /// One call; its end and its beginning are numbers of lines, see ``TraceReader``.
    struct Event: Hashable, Sendable {
        let entry: Int
        let exit: Int
        let call: DiskCall
    }

    /// One thing the server heard or said.
    struct WireEvent: Hashable, Sendable {
        let entry: Int
        let exit: Int
        let event: Conversation.Event
    }

    /// The messages that were dropped.
    let messages: [TrialMessage]
    /// Every event in the order in which the calls returned.
    let events: [Event]
    /// What the server heard and said.
    let wire: [WireEvent]
    /// Where the log said of which message that a second copy is possible.
    let announcements: [(key: String, entry: Int)]
    /// Which message a file belongs to.
    let names: TrialNames

    /// Reads a trace; `place` turns paths into those of the recording.
    init(_ trace: [UInt8], _ messages: [TrialMessage], place: (String) -> String?) {
        let events = TraceReader.calls(trace).compactMap { call in
            DiskCall(call, place).map { Event(entry: call.entry, exit: call.exit, call: $0) }
        }
        self.init(events, messages)
    }

    /// Creates a recording from its events.
    init(_ events: [Event], _ messages: [TrialMessage]) {
        self.messages = messages
        self.events = events
        let names = TrialNames(messages, events.map(\.call))
        self.names = names
        announcements = events.flatMap { event in
            Self.announced(event).compactMap { id in names.key(id: id).map { ($0, event.entry) } }
        }
        var sessions: [String: Conversation] = [:]
        var wire: [WireEvent] = []
        for event in events {
            let found: [Conversation.Event]
            switch event.call {
            case .toServer(let session, let octets):
                found = sessions[session, default: Conversation()].client(octets)
            case .fromServer(let session, let octets):
                found = sessions[session, default: Conversation()].server(octets)
            case .create, .makeFolder, .move, .remove, .write, .truncate, .setModified, .sync,
                .logged, .unknown:
                continue
            }
            wire += found.map { WireEvent(entry: event.entry, exit: event.exit, event: $0) }
        }
        self.wire = wire
    }

    /// The ids of which the log says in an event that a second copy is possible.
    private static func announced(_ event: Event) -> [String] {
        guard case .logged(let octets) = event.call else { return [] }
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        return lines.map { LoggedLine(String($0)) }.compactMap { line in
            line["note"] == "possible duplicate" ? line["id"] : nil
        }
    }

    /// The same run, had the program never called one kind of sync.
    func without(_ barrier: Barrier) -> Recording {
        Recording(
            events.filter { event in
                if case .sync(let path) = event.call { return !barrier.covers(path) }
                return true
            },
            messages
        )
    }

    /// Calls whose effect the model does not know; there should be none.
    var unknown: Set<String> {
        Set(
            events.compactMap { event in
                if case .unknown(let name) = event.call { return name }
                return nil
            }
        )
    }

    /// How many calls were made for a barrier.
    func count(_ barrier: Barrier) -> Int {
        events.count { event in
            if case .sync(let path) = event.call { return barrier.covers(path) }
            return false
        }
    }
}
