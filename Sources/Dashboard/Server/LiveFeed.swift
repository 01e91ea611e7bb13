internal import HTTPTypes
internal import Hummingbird
internal import Synchronization

/// `/live`: what a page that is open shows now, as server-sent events.
///
/// Each client gets the newest only: while it reads slowly, what comes in between is skipped.
final class LiveFeed: Sendable {
    /// How many clients there may be, how often there is something new, and how often at least
    /// something is sent, so that a client which is gone is noticed.
    static let most = 32
    static let interval = Duration.seconds(2)
    static let beatsOfSilence = 8

    private let source: DashboardSource
    private let access: Access
    private let cookie: SessionCookie
    private let clients = Count()

    /// Creates a feed without clients.
    init(source: DashboardSource, access: Access, cookie: SessionCookie) {
        (self.source, self.access, self.cookie) = (source, access, cookie)
    }

    /// Adds the address.
    func add(to router: some RouterMethods<DashboardContext>) {
        router.get("live") { [self] request, _ in
            guard let value = cookie.value(in: request) else { throw WebProblem.signInNeeded }
            guard let seat = Seat(in: clients) else { throw WebProblem.tooManyFeeds }
            let body = ResponseBody { [self] writer in
                defer { withExtendedLifetime(seat) {} }
                try await feed(value, &writer)
                try await writer.finish(nil)
            }
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/event-stream; charset=utf-8",
                    // Reverse proxies would wait for more.
                    .ours("X-Accel-Buffering"): "no",
                ],
                body: body
            )
        }
    }

    /// Sends until the session ends, the client goes away or the daemon stops.
    private func feed(_ cookie: String, _ writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: 5000\n\n"))
        var last = ""
        var silence = 0
        while !Task.isCancelled, let visitor = access.stillVisitor(with: cookie) {
            let text = try await Pages.live(source, visitor)
            if text != last {
                try await writer.write(ByteBuffer(string: Self.event(text)))
                (last, silence) = (text, 0)
            } else {
                silence += 1
                if silence >= Self.beatsOfSilence {
                    try await writer.write(ByteBuffer(string: ":\n\n"))
                    silence = 0
                }
            }
            try await Task.sleep(for: Self.interval)
        }
    }

    /// One event; every line of the data has its own field.
    static func event(_ text: String) -> String {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        return lines.map { "data: \($0)\n" }.joined() + "\n"
    }
}

/// How many clients there are.
private final class Count: Sendable {
    let value = Mutex(0)
}

/// The place of one client: free again when nobody holds it, also where the response never began.
private final class Seat: Sendable {
    private let count: Count

    init?(in count: Count) {
        let isFree = count.value.withLock { value in
            guard value < LiveFeed.most else { return false }
            value += 1
            return true
        }
        guard isFree else { return nil }
        self.count = count
    }

    deinit { count.value.withLock { $0 -= 1 } }
}

extension WebProblem {
    static let tooManyFeeds = WebProblem(
        503,
        "\(LiveFeed.most) pages are kept up to date already.",
        "Close some; this one shows what is new when it is loaded again."
    )
}
