internal import Submission
internal import Synchronization
internal import WebClient

/// One part on its way to the draft.
final class AttachmentUpload {
    /// How it goes there.
    enum Way {
        case whole(draft: String, head: String, tail: String)
        case ranges(url: String)
    }

    private let service: DraftService
    private let total: Int
    private let way: Way
    private var pending: [UInt8] = []
    private var sent = 0

    init(_ service: DraftService, _ total: Int, _ way: Way) {
        self.service = service
        self.total = total
        self.way = way
    }

    /// Takes the next octets, and uploads whole ranges of them.
    func add(_ octets: [UInt8]) async throws(StepFailed) {
        pending += octets
        guard sent + pending.count <= total else { throw Self.changed }
        guard case .ranges(let url) = way else { return }
        var start = 0
        while pending.count - start >= DraftService.rangeOctets {
            let range = Array(pending[start..<(start + DraftService.rangeOctets)])
            try await service.upload(range, at: sent, of: total, to: url)
            sent += range.count
            start += range.count
        }
        if start > 0 { pending.removeFirst(start) }
    }

    /// Sends what is left.
    func finish() async throws(StepFailed) {
        guard sent + pending.count == total else { throw Self.changed }
        switch way {
        case .whole(let draft, let head, let tail):
            try await service.attach(pending, draft: draft, head: head, tail: tail)
        case .ranges(let url):
            if !pending.isEmpty { try await service.upload(pending, at: sent, of: total, to: url) }
        }
    }

    private static var changed: StepFailed { StepFailed(.content(.changed("length"))) }
}

/// A part in JSON, its base64 made as it is sent: twice the part in memory would be too much.
struct AttachmentBody {
    let head: String
    let content: [UInt8]
    let tail: String

    /// The body; can be sent once.
    var body: WebRequest.Body {
        let length =
            head.utf8.count + MimeEncoder.encodedOctets(content.count) + tail.utf8.count
        let pieces = Shared(Pieces(self))
        return .chunks(length: length) { pieces.next() }
    }

    private final class Shared: Sendable {
        private let pieces: Mutex<Pieces>

        init(_ pieces: Pieces) { self.pieces = Mutex(pieces) }

        func next() -> [UInt8]? { pieces.withLock { $0.next() } }
    }

    private struct Pieces {
        private let whole: AttachmentBody
        private var base64 = Base64Stream()
        /// Where the next piece begins; before the content it is -1.
        private var position = -1
        private var isAtEnd = false

        private static let pieceOctets = 192 * 1024

        init(_ whole: AttachmentBody) { self.whole = whole }

        mutating func next() -> [UInt8]? {
            if isAtEnd { return nil }
            if position < 0 {
                position = 0
                return Array(whole.head.utf8)
            }
            var output: [UInt8] = []
            let end = min(position + Self.pieceOctets, whole.content.count)
            whole.content[position..<end].withUnsafeBytes { base64.encode($0, into: &output) }
            position = end
            guard end == whole.content.count else { return output }
            base64.finish(into: &output)
            isAtEnd = true
            return output + whole.tail.utf8
        }
    }
}
