package import Spool

/// The files that one message is made of.
package enum ContentFiles: Sendable {
    /// The only one.
    case file(MessageFile)
    /// The files of a bundle, opened one after the other.
    case bundle(BundleFiles)

    /// What is compared before the final dot.
    var claimed: any ClaimedContent {
        switch self {
        case .file(let file): file
        case .bundle(let files): files
        }
    }

    /// Opens one of the files; `nil` where there is none.
    func open(_ member: Int) throws(SpoolError) -> MessageFile? {
        switch self {
        case .file(let file): member == 0 ? file : nil
        case .bundle(let files):
            files.members.indices.contains(member) ? try files.open(member) : nil
        }
    }
}
