package import Documents
package import MailMessage
package import Spool

/// Judges the files of a pickup for documents and makes their message; blocking.
///
/// Only the first octets of each file are read: the rest is read when it is sent, and compared.
package struct DocumentPreparation: Sendable {
    private let rules: DocumentRules

    /// What has to be seen of a file to know what it is.
    private static let headOctets = 4096

    /// How the preparation of a message ends.
    package typealias Outcome = Result<PreparedMessage, DocumentDefect>

    /// Creates a preparation by a pickup's rules.
    package init(rules: DocumentRules) {
        self.rules = rules
    }

    /// Makes a message of one file by the name its writer gave it.
    package func prepare(
        _ file: MessageFile,
        name: FileName,
        folder: [UInt8],
        identity: MessageIdentity
    ) throws(SpoolError) -> Outcome {
        let member = try member(name, file)
        return message(member.map { [$0] }, folder, identity)
    }

    /// Makes one message of a bundle; one file that is unfit makes the whole unfit.
    package func prepare(
        _ bundle: BundleFiles,
        folder: [UInt8],
        identity: MessageIdentity
    ) throws(SpoolError) -> Outcome {
        var members: [DocumentMember] = []
        // Beyond the limit the message is refused; what is in the others does not matter.
        for index in bundle.members.indices.prefix(DocumentRules.maximumMembers + 1) {
            switch try member(bundle.members[index].name, bundle.open(index)) {
            case .success(let member): members.append(member)
            case .failure(let defect): return .failure(defect)
            }
        }
        return message(.success(members), folder, identity)
    }

    private func member(
        _ name: FileName,
        _ file: MessageFile
    ) throws(SpoolError) -> Result<DocumentMember, DocumentDefect> {
        let head = try file.readHead(Self.headOctets)
        try file.checkUnchanged()
        return head.withUnsafeBytes { head in
            Result { () throws(DocumentDefect) in
                try rules.member(name: name.octets, head: head, size: file.facts.size)
            }
        }
    }

    private func message(
        _ members: Result<[DocumentMember], DocumentDefect>,
        _ folder: [UInt8],
        _ identity: MessageIdentity
    ) -> Outcome {
        Result { () throws(DocumentDefect) in
            let message = try rules.message(
                of: try members.get(),
                folder: folder,
                identity: identity
            )
            return PreparedMessage(message)
        }
    }
}

extension PreparedMessage {
    fileprivate convenience init(_ message: DocumentMessage) {
        self.init(
            inspected: message.summary,
            outgoing: message.outgoing,
            form: SourceForm(),
            contentOctets: message.outgoing.octets ?? 0,
            small: nil
        )
    }
}
