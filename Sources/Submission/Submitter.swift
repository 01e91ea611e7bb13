/// One message as a ``Submitter`` needs it: the envelope still to be served and its content.
///
/// The content arrives in wire form: CRLF line ends, dots stuffed, the final `CRLF.CRLF` included
/// (RFC 5321 §4.5.2). Methods may be called from any thread, one at a time; a completion runs on a
/// thread of the source's choosing, exactly once.
package protocol SubmissionSource: AnyObject, Sendable {
    /// Names the message in log lines.
    var id: String { get }
    /// Whom the message is from, for a route that signs in as each message's own mailbox: the one
    /// address of its From, else the envelope's sender.
    var author: MailAddress? { get }
    /// The recipients still to be served, never one that was accepted before.
    var envelope: Envelope { get }
    /// The recipients the header names in To and Cc, each once: whom a service without an envelope
    /// would serve.
    var headerRecipients: [MailAddress] { get }
    /// Whether every address of To and Cc could be read; else such a service might serve somebody
    /// who is not among ``headerRecipients``.
    var hasReadableRecipients: Bool { get }
    /// Octets of the content without stuffed dots and final dot, for `SIZE=` (RFC 1870 §6).
    var contentOctets: Int { get }
    /// Whether a content octet above 127 exists (RFC 6152).
    var has8BitContent: Bool { get }

    /// Encodes the parts that hold octets above 127, for a server without 8BITMIME; to be called
    /// before anything of the content was asked for. Returns `false`, and changes nothing, where
    /// that is not possible: a signature covers them, or an address holds them.
    func encodeInSevenBits() -> Bool

    /// Tells the source that `DATA` is on its way, so that it can make the move to `sending/`
    /// durable while the server thinks.
    func contentWillBeNeeded()

    /// Asks for the next octets of the content.
    ///
    /// The chunk with ``ContentChunk/isLast`` comes only after the move to `sending/` is durable
    /// and the file was found unchanged: whoever holds it may write the final dot. After a failure
    /// the submitter closes the connection without the final dot.
    func nextChunk(_ completion: @escaping @Sendable (Result<ContentChunk, ContentFailure>) -> Void)

    /// Begins the content anew from its first octet, unless a chunk is on its way; returns `false`
    /// where the content can be had only once.
    func rewind() -> Bool
}

extension SubmissionSource {
    /// As for a header that was made and not read.
    package var hasReadableRecipients: Bool { true }

    /// Never: for a content that can be had only once.
    package func rewind() -> Bool { false }
}

/// A run of content octets in wire form.
package struct ContentChunk: Sendable {
    package var octets: [UInt8]
    /// Whether the final dot is part of this chunk.
    package var isLast: Bool

    /// Creates a chunk.
    package init(octets: [UInt8], isLast: Bool) {
        self.octets = octets
        self.isLast = isLast
    }
}

/// One way to hand messages over: a host, an account, reusable sessions.
///
/// Confined to one event loop: every method is called there and every completion runs there, never
/// before the method returned.
package protocol Submitter: AnyObject, Sendable {
    /// Hands one message over on an idle session or a new one.
    ///
    /// The caller bounds how many submissions run at once. Never fails by itself: what happened is
    /// in the report.
    func submit(
        _ source: any SubmissionSource,
        completion: @escaping @Sendable (AttemptReport) -> Void
    )

    /// Connects and signs in without a message; `nil` is success.
    func probe(completion: @escaping @Sendable (Failure?) -> Void)

    /// Aborts every submission whose final dot is not on the wire with ``Failure/stopped`` and
    /// refuses new ones the same way; the others keep waiting for their reply.
    func stop()

    /// Drops idle sessions with QUIT.
    func closeIdleSessions()
}
