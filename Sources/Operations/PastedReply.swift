internal import Submission

/// A reply found in text that somebody pasted: from a mail program, a transcript, our own log or
/// the text beside a failed message.
struct PastedReply: Hashable, Sendable {
    /// What of a reply was found.
    enum Content: Hashable, Sendable {
        /// A code with a text.
        case reply(Reply)
        /// Codes alone; one of them may be missing, but not both.
        case codes(ReplyCode?, EnhancedStatus?)
    }

    var content: Content
    /// When in a session it came, where the text says so in our own words.
    var phase: SessionPhase?
    /// Whether a code and an enhanced code stand together, which nothing but a reply has.
    var isPaired = false

    /// Finds the first reply in a text, or returns `nil` when it holds none.
    ///
    /// A code and an enhanced code that agree are looked for first, then a code where a reply may
    /// begin, then codes alone: dates, sizes and port numbers are no replies.
    init?(_ text: String) {
        let lines =
            text
            .split(omittingEmptySubsequences: false) { $0.isNewline }
            .flatMap { PastedLine.lines(of: String($0)) }
        for (index, line) in lines.enumerated() {
            guard let start = line.paired() else { continue }
            self = Self.read(lines, from: index, at: start)
            isPaired = true
            return
        }
        for (index, line) in lines.enumerated() {
            guard let start = line.introduced() else { continue }
            self = Self.read(lines, from: index, at: start)
            return
        }
        guard let codes = lines.lazy.compactMap({ $0.codes() }).first else { return nil }
        self.init(content: codes)
    }

    private init(content: Content, phase: SessionPhase? = nil) {
        self.content = content
        self.phase = phase
    }

    private static func read(_ lines: [PastedLine], from index: Int, at start: Int) -> PastedReply {
        let line = lines[index]
        let phase = line.phase(before: start) ?? (index > 0 ? lines[index - 1].phase() : nil)
        var (code, text, goesOn) = line.reply(at: start)
        var texts = [text]
        for next in lines[(index + 1)...].prefix(100) {
            if goesOn {
                guard let start = next.introduced() else { break }
                let (nextCode, nextText, nextGoesOn) = next.reply(at: start)
                guard nextCode == code else { break }
                (text, goesOn) = (nextText, nextGoesOn)
                texts.append(text)
            } else {
                // A terminal or mail program may have wrapped a long line.
                guard line.isWhollyReply(at: start), next.canContinue, texts.count < 6 else {
                    break
                }
                texts[texts.count - 1] += " " + next.trimmed
            }
        }
        guard let code = ReplyCode(code) else { return PastedReply(content: .codes(nil, nil)) }
        let reply = Reply(code, lines: texts)
        // An enhanced code with nothing behind it leaves the words to guess.
        if texts.count == 1, let leading = EnhancedStatus.leading(text),
            leading.octets == text.utf8.count
        {
            return PastedReply(content: .codes(code, leading.status), phase: phase)
        }
        return text.isEmpty && texts.count == 1
            ? PastedReply(content: .codes(code, nil), phase: phase)
            : PastedReply(content: .reply(reply), phase: phase)
    }
}
