internal import MailMessage
internal import Spool

/// Reads the octets that a ``ContentWriter`` asks for; blocking, for a spool thread.
///
/// A file that has to be decoded is read from its start to its end, once; memory holds one chunk.
struct ContentFeed: Sendable {
    private let files: ContentFiles
    private let form: SourceForm
    /// The file that was read last: a bundle's are opened one after the other.
    private var current: (member: Int, file: MessageFile)?
    private var decoded: DecodedFile?

    /// Octets read from a file at once: big enough to amortise the hop, small enough that a hundred
    /// sessions stay cheap.
    static let chunkOctets = 256 * 1024

    /// Creates a feed over the files of one message; only a single file can need decoding.
    init(_ files: ContentFiles, form: SourceForm = SourceForm()) {
        self.files = files
        self.form = form
    }

    /// What the decoder of the file has found out so far; `nil` where none is needed.
    var decoder: SourceDecoder? { decoded?.decoder }

    /// Hands over the first octets of what is needed, at most a chunk of them, and whether the file
    /// ends with them.
    mutating func read(
        _ need: ContentWriter.Need,
        _ take: (UnsafeRawBufferPointer, _ isEnd: Bool) -> Void
    ) throws(SpoolError) {
        guard let file = try file(need.member) else {
            return take(UnsafeRawBufferPointer(start: nil, count: 0), true)
        }
        let limit = min(need.range.count, Self.chunkOctets)
        guard form.isPlain else {
            var source = decoded ?? DecodedFile(file, form)
            defer { decoded = source }
            return try source.read(at: need.range.lowerBound, limit: limit, take)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: limit, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.read(at: Int64(need.range.lowerBound), into: buffer)
        take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), count < limit)
    }

    private mutating func file(_ member: Int) throws(SpoolError) -> MessageFile? {
        if let current, current.member == member { return current.file }
        current = try files.open(member).map { (member, $0) }
        return current?.file
    }
}

/// A file as its decoder makes it, read from front to back.
struct DecodedFile: Sendable {
    private let file: MessageFile
    private(set) var decoder: SourceDecoder
    private var offset: Int64 = 0
    private var isAtEnd = false
    private var window: [UInt8] = []
    /// Where the window begins in the decoded octets.
    private var start = 0

    init(_ file: MessageFile, _ form: SourceForm) {
        self.file = file
        decoder = SourceDecoder(form)
    }

    /// Hands over octets from a place on; places never go back by more than what was handed over
    /// last.
    mutating func read(
        at place: Int,
        limit: Int,
        _ take: (UnsafeRawBufferPointer, _ isEnd: Bool) -> Void
    ) throws(SpoolError) {
        while !isAtEnd, start + window.count <= place { try refill() }
        let first = min(max(place - start, 0), window.count)
        let last = first + min(window.count - first, limit)
        let isEnd = isAtEnd && last == window.count
        window.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[first..<last]), isEnd) }
    }

    private mutating func refill() throws(SpoolError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: ContentFeed.chunkOctets,
            alignment: 16
        )
        defer { buffer.deallocate() }
        let count = try file.read(at: offset, into: buffer)
        offset += Int64(count)
        start += window.count
        window.removeAll(keepingCapacity: true)
        decoder.decode(UnsafeRawBufferPointer(rebasing: buffer[..<count]), into: &window)
        if count < buffer.count {
            isAtEnd = true
            decoder.finish(into: &window)
        }
    }
}
