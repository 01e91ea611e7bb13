internal import MailMessage
internal import Spool

/// The wire form of one content, piece by piece; blocking, for a spool thread.
struct ContentSource: Sendable {
    private var writer: ContentWriter
    private var feed: ContentFeed
    /// The octets of the only file, where it is small: it is not read again.
    private let small: [UInt8]?
    private(set) var isFinished = false

    init(_ segments: [ContentSegment], files: ContentFiles, form: SourceForm, small: [UInt8]?) {
        writer = ContentWriter(segments)
        feed = ContentFeed(files, form: form)
        self.small = small
    }

    /// Appends about a chunk of the wire form, the final dot with the last one.
    mutating func encodeNext(into output: inout [UInt8]) throws(SpoolError) {
        let enough = output.count + ContentFeed.chunkOctets
        while output.count < enough {
            guard let need = writer.advance(into: &output) else {
                isFinished = true
                return
            }
            if let small {
                let end = min(need.range.upperBound, small.count)
                let range = min(need.range.lowerBound, end)..<end
                small.withUnsafeBytes {
                    let octets = UnsafeRawBufferPointer(rebasing: $0[range])
                    writer.write(octets, isEnd: end == small.count, into: &output)
                }
            } else {
                // A file that shrank ends early; the comparison that follows says so.
                try feed.read(need) { writer.write($0, isEnd: $1, into: &output) }
            }
        }
    }
}
