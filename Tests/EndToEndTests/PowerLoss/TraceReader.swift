/// Reads what `strace -f -y -o FILE` wrote: the calls of all threads, in the order they returned.
///
/// The order of the lines is the only clock. strace(1) writes the beginning of a call before it lets
/// the call begin and its end after the call has returned, so a call whose line begins below the
/// end of another call's line really began after that one had returned.
enum TraceReader {
    private static let unfinished = Array(" <unfinished ...>".utf8)
    private static let resumed = Array(" resumed>".utf8)

    /// The calls that returned.
    static func calls(_ trace: [UInt8]) -> [TracedCall] {
        var calls: [TracedCall] = []
        // What a thread's call that has not returned yet began with.
        var begun: [[UInt8]: (text: [UInt8], line: Int)] = [:]
        let lines = trace.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (line, octets) in lines.enumerated() {
            let thread = Array(octets.prefix { $0 != 0x20 })
            let text = Array(octets.dropFirst(thread.count).drop { $0 == 0x20 })
            if text.suffix(unfinished.count).elementsEqual(unfinished) {
                begun[thread] = (Array(text.dropLast(unfinished.count)), line)
            } else if text.starts(with: "<... ".utf8) {
                guard let start = begun.removeValue(forKey: thread),
                    let rest = text.afterFirst(resumed),
                    let call = TraceScanner.call(start.text + rest, entry: start.line, exit: line)
                else { continue }
                calls.append(call)
            } else if let call = TraceScanner.call(text, entry: line, exit: line) {
                calls.append(call)
            }
        }
        return calls
    }
}

extension [UInt8] {
    /// What follows the first place where `other` stands, or `nil`.
    func afterFirst(_ other: [UInt8]) -> [UInt8]? {
        guard let first = other.first else { return self }
        var start = startIndex
        while let found = self[start...].firstIndex(of: first) {
            if self[found...].starts(with: other) { return Array(self[(found + other.count)...]) }
            start = found + 1
        }
        return nil
    }
}
