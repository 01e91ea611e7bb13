internal import Delivery
internal import EventLog
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import SMTPSubmission
internal import Settings
internal import Spool

/// Sends files through a spool of their own in a temporary folder, then looks where they ended.
///
/// The same engine, moves and texts as the daemon's: a message sent by hand is treated no
/// differently. What is lost with the folder is only a copy.
struct OneShot {
    private let settings: RelaySettings
    private let route: RouteSettings
    private let files: [String]

    /// What became of the files.
    struct Outcome {
        var lines: [String] = []
        var status = ExitStatus.done
    }

    /// How long a one-shot waits for messages that are neither accepted nor refused.
    private static let limit = Duration.seconds(900)

    /// Chooses the route; complains and exits where there is no such route.
    init(settings: RelaySettings, route name: String?, files: [String]) throws {
        let routes = settings.routes.filter { name == nil || $0.name == name }
        guard let route = routes.first, routes.count == 1 else {
            let known = settings.routes.map(\.name).joined(separator: ", ")
            Console.complain(
                name.map { "There is no route \"\($0)\". The routes are: \(known)." }
                    ?? "Name one of the routes with --route: \(known)."
            )
            throw ExitStatus.usage.error
        }
        self.settings = settings
        self.route = route
        self.files = files
    }

    /// Sends and reports, one line for each file.
    func run() async throws -> Outcome {
        var template = Array("/tmp/postchute-send.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            Console.complain("cannot make a folder in /tmp: \(String(cString: strerror(errno)))")
            throw ExitStatus.unavailable.error
        }
        let root = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
        defer { try? FileManager.default.removeItem(atPath: root) }
        let spool = try MessageSpool(opening: SpoolOptions(dropPath: root))
        let names = try files.map { try claim($0, into: root, spool) }
        let trouble = try await deliver(names, from: spool)
        return report(names, in: spool, root, trouble)
    }

    /// Copies a file in and claims the copy.
    private func claim(_ file: String, into root: String, _ spool: MessageSpool) throws -> SpoolName
    {
        let original = String(file.split(separator: "/").last ?? "message.eml")
        guard let name = FileName("\(original.prefix(200))") else {
            Console.complain("\(file): this is no file name.")
            throw ExitStatus.usage.error
        }
        do {
            try FileManager.default.copyItem(atPath: file, toPath: "\(root)/.copy")
            try FileManager.default.moveItem(
                atPath: "\(root)/.copy",
                toPath: "\(root)/\(original.prefix(200))"
            )
        } catch {
            Console.complain("\(file): cannot be read: \(error)")
            throw ExitStatus.unavailable.error
        }
        let drop = try spool.dropDirectory()
        let descriptor = try drop.open(name)
        defer { close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        return try spool.claim(name, in: drop, descriptor: descriptor, facts: facts)
    }

    /// Tries every message once; returns what keeps the route or a sender from working, if anything.
    private func deliver(
        _ names: [SpoolName],
        from spool: MessageSpool
    ) async throws -> String? {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let threads = SpoolThreads(count: 4)
        let (loop, log) = (group.next(), LogSink.memory(minimum: .error))
        let services = try ServiceAccess(settings, loop: loop)
        let route = DeliveryRoute(
            route,
            try RouteSubmitter.make(route, services, loop: loop)
        )
        let pickup = DeliveryPickup(
            name: "send",
            spool: spool,
            routes: [route.name],
            policy: SettlementPolicy(whenUncertain: .hold)
        )
        let engine = try await loop.submit {
            let engine = DeliveryEngine(
                loop: loop,
                threads: threads,
                log: DeliveryLog(log),
                clock: .system
            )
            engine.start(routes: [route])
            engine.add(pickup)
            return engine
        }.get()
        let trouble = try await wait(for: names.count, engine, loop)
        try await loop.flatSubmit { engine.stop() }.get()
        threads.stop()
        await services.stop()
        try await group.shutdownGracefully()
        return trouble
    }

    /// Waits until every message was tried once: settled, deferred, or its route suspended.
    private func wait(
        for count: Int,
        _ engine: DeliveryEngine,
        _ loop: any EventLoop
    ) async throws -> String? {
        let deadline = ContinuousClock.now + Self.limit
        while ContinuousClock.now < deadline {
            let snapshot = try await loop.submit {
                engine.snapshot(processID: getpid(), version: Version.text)
            }.get()
            guard let pickup = snapshot.pickups.first else { return nil }
            let settled = pickup.counters.sent + pickup.counters.failed + pickup.counters.held
            let trouble = snapshot.routes.first?.reason ?? pickup.suspendedSenders.first?.value
            if pickup.underWay == 0, settled + pickup.deferred >= count || trouble != nil {
                return trouble
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return "No outcome within \(Self.limit.components.seconds / 60) minutes."
    }

    private func report(
        _ names: [SpoolName],
        in spool: MessageSpool,
        _ root: String,
        _ trouble: String?
    ) -> Outcome {
        var outcome = Outcome()
        for (file, name) in zip(files, names) {
            switch (try? spool.locate(name.id))??.place {
            case .sent:
                outcome.lines.append("\(file): accepted for every recipient.")
            case .failed:
                outcome.add(file, reason("failed", name, root), .data)
            case .held:
                outcome.add(file, reason("held", name, root), .tryLater)
            case .queue, .sending, .state, nil:
                let reply = ((try? spool.state(of: name.id)) ?? nil)?.lastReply
                let why = reply.flatMap { $0.isEmpty ? nil : $0 } ?? trouble ?? "not tried"
                outcome.add(file, "not sent, try again later: \(why)", .tryLater)
            }
        }
        return outcome
    }

    private func reason(_ folder: String, _ name: SpoolName, _ root: String) -> String {
        let file = String(decoding: name.legalOnWindows.octets, as: UTF8.self)
        let text = try? Data(contentsOf: URL(filePath: "\(root)/\(folder)/\(file).txt"))
        return text.flatMap { ReasonFile.happened(Array($0)) } ?? folder
    }
}

extension OneShot.Outcome {
    /// Adds the line of a file that was not accepted; the worst status stays.
    fileprivate mutating func add(_ file: String, _ words: String, _ status: ExitStatus) {
        lines.append("\(file): \(words)")
        if self.status == .done || status == .data { self.status = status }
    }
}
