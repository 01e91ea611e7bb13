internal import Submission

/// What `postchute explain` says of a refusal.
package struct Explanation: Hashable, Sendable {
    /// One thing a refusal can mean, with what Postchute does then.
    struct Reading: Hashable, Sendable {
        /// What the row of the documentation goes by; `nil` where the first digit decides.
        var row: String?
        /// A refusal the row means, where there are several.
        var example: String?
        /// When in a session servers usually say it.
        var usual: SessionPhase?
        var judgement: Judgement
        /// When in a session it means this; empty where that does not matter.
        var phases: [SessionPhase] = []
    }

    /// What was found, and how sure the readings are.
    enum Found: String, Hashable, Sendable {
        /// A row of the reply catalogue: it is the first reading.
        case row
        /// Only the first digit says anything.
        case rule
        /// Codes alone: each reading is possible, and the words of the reply would decide.
        case candidates
        /// The server agreed: nothing follows.
        case accepted
        /// An error of Microsoft's sign-in.
        case signIn = "sign-in"
        /// A refusal of Microsoft Graph.
        case graph
    }

    /// What Microsoft's support asks for, as far as the text has it.
    struct Support: Hashable, Sendable {
        var server: String?
        var time: String?
        var session: String?
        var requestID: String?
        var traceID: String?
        var correlationID: String?
    }

    /// The refusal, or its codes, on one line.
    var quoted: String
    var found: Found
    /// What it is, in one sentence.
    var summary: String
    /// The likeliest first; empty where the server agreed.
    var readings: [Reading]
    var support = Support()

    /// The most octets of a text that are read.
    package static let limit = 65_536

    /// Explains the first refusal in a text that somebody pasted.
    package init(_ text: String) throws(CommandRefusal) {
        let text = String(decoding: text.utf8.prefix(Self.limit), as: UTF8.self)
        if let signIn = Explanation(signInErrorIn: text) {
            self = signIn
            return
        }
        let reply = PastedReply(text)
        // Codes that agree are an SMTP reply whatever else stands around them.
        if reply?.isPaired != true, let graph = Explanation(serviceRefusalIn: text) {
            self = graph
            return
        }
        guard let reply else {
            throw CommandRefusal(
                "There is no reply of a mail server in this text. Paste a line such as"
                    + " \"535 5.7.3 Authentication unsuccessful\", or a code such as 5.7.60.",
                .usage
            )
        }
        self.init(reply)
    }

    init(quoted: String, found: Found, summary: String, readings: [Reading]) {
        self.quoted = quoted
        self.found = found
        self.summary = summary
        self.readings = readings
    }
}
