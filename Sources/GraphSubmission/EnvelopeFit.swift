internal import Submission

/// Whether a service without an envelope can carry a message, and whom it must be told of.
///
/// It serves those whom To, Cc and Bcc name and nobody else: whoever the header names must be among
/// the recipients still to be served, and the others become Bcc.
struct EnvelopeFit {
    private let envelope: Envelope
    private let named: [MailAddress]
    private let isReadable: Bool

    init(_ envelope: Envelope, named: [MailAddress], isReadable: Bool) {
        self.envelope = envelope
        self.named = named
        self.isReadable = isReadable
    }

    /// The recipients whom the header does not name.
    var hidden: [MailAddress] {
        let known = Set(named.map(key))
        return envelope.recipients.map(\.address).filter { !known.contains(key($0)) }
    }

    /// Why the message cannot be carried, if so.
    var obstacle: Failure? {
        if envelope.sender == nil {
            return unsuitable("The message has the null sender, which a mailbox cannot send as.")
        }
        let foreign = envelope.recipients.map(\.address).first { !$0.isASCII }
        if let foreign {
            return unsuitable("The address \(foreign.text) has letters beyond ASCII.")
        }
        if !isReadable {
            return unsuitable(
                "An address in To or Cc cannot be read, and Microsoft Graph might serve somebody"
                    + " else for it."
            )
        }
        let served = Set(envelope.recipients.map { key($0.address) })
        guard let stranger = named.first(where: { !served.contains(key($0)) }) else { return nil }
        return unsuitable(
            "Microsoft Graph knows no envelope and would send to \(stranger.text) as well, whom the"
                + " header names but who is not to be served now."
        )
    }

    /// Exchange knows no difference of case, in local parts neither.
    private func key(_ address: MailAddress) -> String { address.text.lowercased() }

    private func unsuitable(_ reason: String) -> Failure {
        .unsuitable(reason: reason, advice: "Use a route with SMTP for this message.")
    }
}

/// A Bcc field with one address in each of its lines, empty for no addresses (RFC 5322 §3.6.3).
func bccField(_ addresses: [MailAddress]) -> [UInt8] {
    if addresses.isEmpty { return [] }
    let list = addresses.map { "<\($0.text)>" }.joined(separator: ",\r\n ")
    return Array("Bcc: \(list)\r\n".utf8)
}
