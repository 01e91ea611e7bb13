import Delivery
import EventLog
import MailMessage
import Settings
import Spool
import Submission
import TestSupport
import Testing

@testable import Alerts

@Suite("Alert desk")
struct AlertDeskTests {
    private let log = LogSink.memory()

    private func desk(
        _ folder: ScratchFolder,
        _ threads: SpoolThreads,
        _ settings: AlertSettings = channels("it")
    ) -> AlertDesk {
        AlertDesk(
            settings,
            state: StateSettings(directory: folder.path),
            threads: threads,
            log: log
        )
    }

    /// Runs a desk until something is true.
    private func run(
        _ desk: AlertDesk,
        _ senders: [String: any AlertSender],
        at now: Int64,
        until isDone: @escaping @Sendable () -> Bool
    ) async throws {
        let task = Task { await desk.run(senders) { now } }
        try await waitUntil("the notice") { isDone() }
        task.cancel()
        await task.value
    }

    private func failed(_ count: Int, pickup: String = "erp") -> [MessageEvent] {
        (0..<count).map { number in
            var event = MessageEvent(
                .failed,
                at: start,
                id: "\(number)",
                pickup: pickup,
                file: "\(number).eml"
            )
            event.recipients = [.init("b@example.org", .refused)]
            event.reason = "The server refused."
            return event
        }
    }

    private func withDesk(
        _ settings: AlertSettings = channels("it"),
        _ body: (ScratchFolder, SpoolThreads) async throws -> Void
    ) async throws {
        try await withScratchFolder("alerts") { folder in
            let threads = SpoolThreads(count: 2)
            defer { threads.stop() }
            try await body(folder, threads)
        }
    }

    @Test func `ten thousand failed messages are one notice`() async throws {
        try await withDesk { folder, threads in
            let desk = desk(folder, threads)
            for event in failed(10_000) { desk.note(event) }
            #expect(
                desk.observe(calm()).map(\.sentence) == ["10000 messages of pickup erp failed."]
            )
            _ = desk.observe(calm(at: start + 10 * second))
            let sender = KeepingSender()
            try await run(desk, ["it": sender], at: start) { !sender.notices.isEmpty }
            #expect(sender.notices.count == 1)
            #expect(sender.notices[0].incidents.map(\.count) == [10_000])
            #expect(
                sender.notices[0].incidents[0].samples[0]
                    == "0.eml to b@example.org: The server refused."
            )
            #expect(log.lines.contains("event=alert-sent channel=it"))
        }
    }

    @Test func `a possible duplicate is called one, by its number`() async throws {
        try await withDesk { folder, threads in
            let desk = desk(folder, threads)
            let file = "a.eml"
            desk.note(MessageEvent(.uncertain, at: start, id: "1", pickup: "erp", file: file))
            #expect(
                desk.observe(calm()).map(\.sentence) == [
                    "1 message of pickup erp may have been sent, and nobody knows: a possible duplicate."
                ]
            )
            desk.note(MessageEvent(.uncertain, at: start, id: "2", pickup: "erp", file: file))
            #expect(
                desk.observe(calm(at: start + second)).map(\.sentence) == [
                    "2 messages of pickup erp may have been sent, and nobody knows: possible duplicates."
                ]
            )
        }
    }

    @Test func `a restart repeats nothing, and knows what is over`() async throws {
        try await withDesk { folder, threads in
            var snapshot = calm()
            snapshot.pickups[0].folder = "gone."
            let first = desk(folder, threads)
            _ = first.observe(snapshot)
            snapshot.takenAt += 10 * second
            _ = first.observe(snapshot)
            let sender = KeepingSender()
            try await run(first, ["it": sender], at: start) { !sender.notices.isEmpty }

            let next = desk(folder, threads)
            next.load()
            snapshot.takenAt += 3600 * second
            #expect(next.observe(snapshot).map(\.since) == [start])
            _ = next.observe(calm(at: snapshot.takenAt + 10 * second))
            _ = next.observe(calm(at: snapshot.takenAt + 200 * second))
            _ = next.observe(calm(at: snapshot.takenAt + 220 * second))
            let later = KeepingSender()
            try await run(next, ["it": later], at: start) { !later.notices.isEmpty }
            #expect(later.notices.map(\.opened) == [[]])
            #expect(later.notices[0].recovered.map(\.alert.key) == ["folder-missing/erp"])
        }
    }

    @Test func `what was on its way is sent after a crash`() async throws {
        try await withDesk { folder, threads in
            let first = desk(folder, threads)
            for event in failed(1) { first.note(event) }
            _ = first.observe(calm())
            _ = first.observe(calm(at: start + 10 * second))
            try await run(first, ["it": KeepingSender(failures: 1)], at: start) {
                log.lines.contains { $0.hasPrefix("event=alert-not-sent") }
            }
            let next = desk(folder, threads)
            next.load()
            let sender = KeepingSender()
            try await run(next, ["it": sender], at: start) { !sender.notices.isEmpty }
            #expect(sender.notices[0].incidents.map(\.count) == [1])
        }
    }

    @Test func `a mail that failed is told in the log and by other channels, never by mail`()
        async throws
    {
        var settings = channels("pager")
        let address = try MailAddress(exactly: "it@contoso.com")
        let mail = AlertMail(routes: ["m365"], from: address, to: [address])
        settings.channels.append(AlertChannelSettings(name: "it", means: .mail(mail)))
        try await withDesk { folder, threads in
            let desk = desk(folder, threads, settings)
            for event in failed(1, pickup: "alert.it") { desk.note(event) }
            _ = desk.observe(calm())
            #expect(
                desk.observe(calm(at: start + 10 * second)).map(\.sentence)
                    == ["Alerts by channel it do not arrive: The server refused."]
            )
            let (pager, it) = (KeepingSender(), KeepingSender())
            try await run(desk, ["pager": pager, "it": it], at: start) { !pager.notices.isEmpty }
            #expect(pager.notices[0].opened.map(\.alert.key) == ["alerts-not-delivered/it"])
            #expect(it.notices == [])
            #expect(
                log.lines.contains(
                    #"event=alert-not-sent channel=it reason="The server refused.""#
                )
            )
        }
    }

    @Test func `a start after a crash is told once`() async throws {
        try await withDesk { folder, threads in
            let desk = desk(folder, threads)
            var snapshot = calm()
            snapshot.isAfterCrash = true
            for seconds in Int64(0)..<20 {
                snapshot.takenAt = start + seconds * second
                #expect(
                    desk.observe(snapshot).map(\.sentence)
                        == ["Postchute was started again after it had ended without a word."]
                )
            }
            let sender = KeepingSender()
            try await run(desk, ["it": sender], at: start) { !sender.notices.isEmpty }
            #expect(sender.notices[0].incidents.map(\.count) == [1])
        }
    }

    @Test func `a damaged file is said and forgotten`() async throws {
        try await withDesk { folder, threads in
            try folder.write("{", to: "alerts.json")
            desk(folder, threads).load()
            #expect(
                log.lines == [
                    #"event=alerts-forgotten reason="The file \#(folder.path)/alerts.json is damaged.""#
                ]
            )
        }
    }

    /// A channel's filter and whether it lets an alert through.
    @Test func `a channel is told what its table says`() {
        var channel = channels("it").channels[0]
        let rate = Alert(.pickupRate, "erp", pickup: "erp", "x")
        #expect(channel.tells(suspended()) && channel.tells(rate))
        channel.severity = .critical
        #expect(channel.tells(suspended()) && !channel.tells(rate))
        channel.severity = .warning
        channel.conditions = [.pickupRate]
        #expect(!channel.tells(suspended()) && channel.tells(rate))
        channel.conditions = []
        channel.pickups = ["scans"]
        #expect(channel.tells(suspended()) && !channel.tells(rate))
        #expect(!channel.tells(Alert(.alertsNotDelivered, "it", "x")))
    }
}
