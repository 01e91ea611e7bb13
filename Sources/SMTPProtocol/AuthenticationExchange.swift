import Submission

/// A SASL mechanism this client speaks (RFC 4954 §4).
package enum Mechanism: String, Hashable, Sendable, CaseIterable {
    case plain = "PLAIN"
    case login = "LOGIN"
    case xoauth2 = "XOAUTH2"
}

/// A user name and its password or access token.
package struct Credentials: Hashable, Sendable, CustomStringConvertible {
    package let user: String
    package let secret: String
    /// What an access token says of itself (``AccessToken/claims``); empty for a password.
    package let claims: String

    /// Creates credentials.
    package init(user: String, secret: String, claims: String = "") {
        self.user = user
        self.secret = secret
        self.claims = claims
    }

    /// Who signs in; never the secret.
    package var description: String { "\(user) •••" }
}

/// Signs in with one mechanism and one set of credentials.
///
/// Performs no input or output. Whatever it sends that depends on the secret is a flight whose
/// octets no trace shows.
struct AuthenticationExchange: Hashable, Sendable {
    /// What follows an event.
    enum Action: Hashable, Sendable {
        case send(Flight)
        /// The credentials cannot be written in this mechanism; the sentence says why.
        case unusable(String)
        /// 235 (RFC 4954 §6).
        case accepted
        case refused(Reply)
        /// The server refused the token as such: a fresh one may be taken. The claims are those of
        /// this token, followed by what the server's error challenge said.
        case tokenRefused(Reply, claims: String)
        case violation(Reply)
    }

    private enum State: Hashable, Sendable {
        case initial
        /// `AUTH` is on the wire. Next: the payload for each 334, in order.
        case challenge(answers: [[UInt8]])
        /// The last answer is on the wire. Next: `done`, or `cancelled` on another 334.
        case verdict
        /// An XOAUTH2 error challenge was answered by an empty line. Next: `done`.
        case cancelled
        case done
    }

    private let mechanism: Mechanism
    private var state: State = .initial
    private var claims = ""

    /// The longest line of a SASL exchange in octets without its line end (RFC 4954 §4).
    static let maximumLineOctets = 12_286
    /// The longest `AUTH PLAIN` with its initial response: RFC 5321 §4.5.3.1.4 without CRLF.
    private static let maximumCommandOctets = 510

    init(_ mechanism: Mechanism) {
        self.mechanism = mechanism
    }

    /// Sends AUTH.
    mutating func start(_ credentials: Credentials) -> Action {
        if let complaint = Self.complaint(about: credentials) { return .unusable(complaint) }
        claims = credentials.claims
        let answers = Self.answers(mechanism, credentials)
        guard answers.allSatisfy({ $0.count <= Self.maximumLineOctets }) else {
            return .unusable("the credentials are longer than AUTH can carry")
        }
        if mechanism == .plain, let line = Self.plainInOneLine(answers) {
            state = .verdict
            return .send(Flight(secret: line, shown: "AUTH PLAIN <redacted>"))
        }
        state = .challenge(answers: answers)
        return .send(Flight(words: "AUTH \(mechanism.rawValue)"))
    }

    /// Consumes the reply to the last line.
    mutating func receive(_ reply: Reply) -> Action {
        switch reply.code.replyClass {
        case .completed: return end(reply.code.value == 235 ? .accepted : .violation(reply))
        case .intermediate: return reply.code.value == 334 ? answer(reply) : end(.violation(reply))
        case .temporary, .permanent: return end(refusal(reply))
        }
    }

    private mutating func answer(_ reply: Reply) -> Action {
        switch state {
        case .challenge(let answers):
            guard let next = answers.first else { return end(.violation(reply)) }
            let rest = Array(answers.dropFirst())
            state = rest.isEmpty ? .verdict : .challenge(answers: rest)
            return .send(Flight(secret: next, shown: "<redacted>"))
        case .verdict where mechanism == .xoauth2:
            // The challenge carries the error as JSON; 535 follows only after an empty answer.
            state = .cancelled
            if let challenge = ErrorChallenge(reply) {
                claims = [claims, challenge.phrase].filter { !$0.isEmpty }.joined(separator: "; ")
            }
            return .send(Flight(words: ""))
        case .initial, .verdict, .cancelled, .done:
            return end(.violation(reply))
        }
    }

    private func refusal(_ reply: Reply) -> Action {
        switch state {
        case .verdict, .cancelled:
            return mechanism == .xoauth2 && Self.concernsToken(reply)
                ? .tokenRefused(reply, claims: claims) : .refused(reply)
        case .initial, .challenge, .done:
            return .refused(reply)
        }
    }

    /// Whether the token is what the server does not like: 535 (RFC 4954 §6), or the two replies by
    /// which high-volume accounts name a token that is unreadable or about to expire.
    private static func concernsToken(_ reply: Reply) -> Bool {
        if reply.code.value == 535 { return true }
        let unreadable = [EnhancedStatus(5, 5, 124), EnhancedStatus(5, 5, 127)]
        return reply.code.value == 501 && reply.enhanced != nil
            && unreadable.contains(reply.enhanced)
    }

    private mutating func end(_ action: Action) -> Action {
        state = .done
        return action
    }

    /// NUL separates the parts of PLAIN (RFC 4616 §2), Control-A those of XOAUTH2.
    private static func complaint(about credentials: Credentials) -> String? {
        let isClean = { (text: String) in text.utf8.allSatisfy { $0 > 1 } }
        guard !credentials.user.isEmpty else { return "the user name is empty" }
        guard !credentials.secret.isEmpty else { return "the secret is empty" }
        guard isClean(credentials.user) else { return "the user name holds a control character" }
        guard isClean(credentials.secret) else { return "the secret holds a control character" }
        return nil
    }

    private static func answers(_ mechanism: Mechanism, _ credentials: Credentials) -> [[UInt8]] {
        let user = credentials.user
        let secret = credentials.secret
        return switch mechanism {
        case .plain: [Base64.encode(Array("\0\(user)\0\(secret)".utf8))]
        case .login: [Base64.encode(Array(user.utf8)), Base64.encode(Array(secret.utf8))]
        case .xoauth2:
            [Base64.encode(Array("user=\(user)\u{1}auth=Bearer \(secret)\u{1}\u{1}".utf8))]
        }
    }

    private static func plainInOneLine(_ answers: [[UInt8]]) -> [UInt8]? {
        let line = Array("AUTH PLAIN ".utf8) + answers.joined()
        return line.count <= maximumCommandOctets ? line : nil
    }
}
