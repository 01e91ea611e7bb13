internal import MailMessage
internal import Submission
internal import Synchronization
internal import WebClient

/// One message above the limit of a request: rebuilt as a draft with attachments, which is then
/// sent.
///
/// Reads the content twice: first what it consists of, then the attachments. Only the last request,
/// which sends the draft, can end uncertain; a draft that is not sent is deleted where that is
/// possible.
final class DraftJob: SubmissionJob {
    private enum Stage {
        case open
        /// The service was asked to send the draft.
        case sending
        case stopped
    }

    private let service: DraftService
    private let content: DraftContent
    private let hidden: [MailAddress]
    private let id: String
    private let warn: @Sendable (String) -> Void
    private let stage = Mutex(Stage.open)

    /// Prepares the draft; `hidden` are the recipients whom the header does not name.
    init(
        _ service: DraftService,
        _ source: any SubmissionSource,
        hidden: [MailAddress],
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.service = service
        content = DraftContent(source)
        self.hidden = hidden
        id = source.id
        self.warn = warn
    }

    func run() async -> AttemptReport.End {
        let end: AttemptReport.End
        do throws(StepFailed) {
            end = try await submit()
        } catch {
            end = error.end
        }
        content.stop()
        await content.whenQuiet()
        return end
    }

    func stop() -> Bool {
        let isStopped = stage.withLock { stage in
            if case .sending = stage { return false }
            stage = .stopped
            return true
        }
        if isStopped { content.stop() }
        return isStopped
    }

    func whenQuiet() async { await content.whenQuiet() }

    private func submit() async throws(StepFailed) -> AttemptReport.End {
        let outline = try await survey()
        let text = DraftText(outline, hidden: hidden)
        let draft = try await service.create(text.message)
        do throws(StepFailed) {
            try await attach(outline, to: draft)
            try beginSending()
            let reply = try await service.send(draft)
            warn(notice(outline, text))
            return .accepted(reply)
        } catch {
            // Of an uncertain one nobody knows whether it is a draft still.
            if case .failed = error.end { service.deleteLater(draft) }
            throw error
        }
    }

    private func beginSending() throws(StepFailed) {
        let isOpen = stage.withLock { stage in
            guard case .open = stage else { return false }
            stage = .sending
            return true
        }
        guard isOpen else { throw StepFailed(.stopped) }
    }

    /// The first pass.
    private func survey() async throws(StepFailed) -> DraftOutline {
        var outline = DraftOutline()
        var reader = PartReader()
        try content.begin()
        while let octets = try await content.next() {
            for event in octets.withUnsafeBytes({ reader.read($0) }) { outline.read(event) }
        }
        for event in reader.finish() { outline.read(event) }
        if let obstacle = outline.obstacle(reader) { throw StepFailed(obstacle) }
        return outline
    }

    /// The second pass.
    private func attach(_ outline: DraftOutline, to draft: String) async throws(StepFailed) {
        let attachments = Set(outline.attachments)
        if attachments.isEmpty { return }
        var reader = PartReader()
        var index = -1
        var upload: AttachmentUpload?
        func take(_ events: [PartReader.Event]) async throws(StepFailed) {
            for event in events {
                switch event {
                case .header: break
                case .begin:
                    index += 1
                    guard outline.leaves.indices.contains(index) else { throw Self.changed }
                    guard attachments.contains(index) else { continue }
                    upload = try await service.begin(outline.leaves[index], index + 1, draft)
                case .octets(let octets): try await upload?.add(octets)
                case .end:
                    try await upload?.finish()
                    upload = nil
                }
            }
        }
        try content.begin()
        while let octets = try await content.next() {
            try await take(octets.withUnsafeBytes { reader.read($0) })
        }
        try await take(reader.finish())
    }

    private static var changed: StepFailed { StepFailed(.content(.changed("parts"))) }

    /// What a person should know of it.
    private func notice(_ outline: DraftOutline, _ text: DraftText) -> String {
        var losses = ["its Date, the names beside addresses and the order of its parts"]
        if outline.droppedIndex != nil { losses.append("its plain text beside the HTML") }
        if text.lostFields > 0 { losses.append("\(text.lostFields) of its X- fields") }
        return
            "The message \(id) was too large for one request to Microsoft Graph and was rebuilt as"
            + " a draft; \(losses.joined(separator: ", and ")) are not kept."
    }
}
