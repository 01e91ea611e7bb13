import Glibc
import Settings
import Spool
import TestSupport
import Testing

@testable import Delivery
@testable import Operations

/// A relay's folders with a spool that a daemon has open, and a clock that stands still.
final class TestRelay {
    let scratch: ScratchFolder
    let spool: MessageSpool
    var settings: RelaySettings
    /// 2026-11-23 10:15:30 UTC.
    static let noon: Int64 = 1_795_428_930_000_000
    /// What ``folders`` takes for now.
    var now = TestRelay.noon

    /// Opens the spool of the pickup `erp`, and takes its lock as the daemon does.
    init() throws {
        scratch = try ScratchFolder("operations")
        let drop = try scratch.makeFolder("drop", mode: 0o700)
        try scratch.makeFolder("state")
        settings = RelaySettings(
            pickups: [PickupSettings(name: "erp", path: drop, routes: ["m365"])],
            routes: [RouteSettings(name: "m365", host: "smtp.example.com", port: 587)],
            state: StateSettings(directory: scratch.path("state"))
        )
        spool = try MessageSpool(
            opening: SpoolOptions(dropPath: drop),
            hooks: SpoolHooks(now: { TestRelay.noon })
        )
    }

    /// The folders as a command sees them.
    var folders: RelayFolders {
        let now = now
        return RelayFolders(settings, now: { now })
    }

    /// Ends the daemon.
    func stopDaemon() { spool.close() }

    static let content = """
        From: ERP <erp@example.com>\r
        To: office@example.com, shop@example.com\r
        Subject: Invoice\r
        \r
        body\r

        """

    /// Puts a file into the drop folder and claims it.
    func claimed(
        _ name: String = "invoice.eml",
        _ content: String = TestRelay.content
    ) throws -> SpoolName {
        try scratch.write(content, to: "drop/\(name)")
        let drop = try spool.dropDirectory()
        let descriptor = open(scratch.path("drop/\(name)"), O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        return try spool.claim(
            try #require(FileName(name)),
            in: drop,
            descriptor: descriptor,
            facts: FileFacts(descriptor: descriptor)
        )
    }

    /// A message with one attempt behind it, due an hour from now.
    func deferred(_ name: String = "invoice.eml") throws -> SpoolName {
        let claimed = try claimed(name)
        _ = try spool.returnToQueue(claimed, from: .queue, state: Self.history(claimed))
        return claimed
    }

    /// A message that failed, with its reason.
    func failed(_ name: String = "invoice.eml") throws -> SpoolName {
        let claimed = try claimed(name)
        _ = try spool.fail(
            claimed,
            from: .queue,
            reason: ReasonText(happened: "The server refused it.", advice: "Ask.").octets(),
            state: Self.history(claimed)
        )
        return claimed
    }

    /// A message set aside by an operator.
    func held(_ name: String = "invoice.eml") throws -> SpoolName {
        let claimed = try claimed(name)
        _ = try spool.hold(claimed, from: .queue)
        return claimed
    }

    /// A message whose content may be on the wire.
    func sending(_ name: String = "invoice.eml") throws -> SpoolName {
        let claimed = try claimed(name)
        try spool.beginSending(claimed)
        return claimed
    }

    /// An accepted message.
    func sent(
        _ name: String = "invoice.eml",
        _ content: String = TestRelay.content
    ) throws -> SpoolName {
        let sending = try claimed(name, content)
        try spool.beginSending(sending)
        _ = try spool.settleSent(sending)
        return sending
    }

    static func history(_ name: SpoolName) -> DeliveryState {
        var state = DeliveryState(name)
        state.nextAttempt = noon + 3_600_000_000
        state.waited = 120_000_000
        state.lastReply = "451 4.7.0 later"
        state.recipients = [
            RecipientRecord(address: "office@example.com", outcome: .accepted(reply: "250 ok")),
            RecipientRecord(address: "shop@example.com", outcome: .refused(reply: "550 no")),
        ]
        state.attempts.append(
            AttemptRecord(
                started: noon,
                duration: 12_000,
                outcome: .failed,
                route: "m365",
                peer: "smtp.example.com",
                detail: "451 4.7.0 later"
            )
        )
        return state
    }

    /// Leaves a snapshot as the daemon does.
    func report(
        takenAt: Int64 = TestRelay.noon,
        process: Int32 = getpid(),
        _ change: (inout RelaySnapshot) -> Void = { _ in }
    ) throws {
        var snapshot = RelaySnapshot(
            takenAt: takenAt,
            processID: process,
            version: "0.1.0",
            pickups: [RelaySnapshot.PickupStatus(missing: "erp", nil)],
            routes: [
                RelaySnapshot.RouteStatus(
                    name: "m365",
                    isPaused: false,
                    submitting: 1,
                    connections: 4,
                    sent: 7
                )
            ]
        )
        snapshot.pickups[0].route = "m365"
        change(&snapshot)
        try StatusFile(settings.state).write(snapshot)
    }

    /// Does a verb to messages.
    func run(
        _ verb: MessageVerb,
        _ names: String...,
        confirm: (String) -> Bool = { _ in true }
    ) throws -> CommandResult {
        try MessageActions(verb, folders).run(names, confirm: confirm)
    }

    /// The names in a folder below the drop folder, without the spool's own.
    func names(_ relative: String) -> [String] {
        scratch.names("drop/\(relative)").filter { $0 != "sending" && $0 != "lock" }
    }
}

extension SpoolName {
    var text: String { String(decoding: octets, as: UTF8.self) }
    /// The message as lines about it begin.
    var label: String { "\(id) (\(String(decoding: original.octets, as: UTF8.self)))" }
}
