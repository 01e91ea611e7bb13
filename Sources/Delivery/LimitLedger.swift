internal import Spool

/// Where the limits are kept while no process runs.
///
/// Called on a spool thread, one call at a time; both may block.
package protocol LimitLedger: Sendable {
    /// What was saved last, or `nil` where nothing ever was.
    func load() throws(LimitLedgerError) -> LimitRecords?

    /// Replaces what was saved; durable when it returns, and unchanged after an error.
    func save(_ records: LimitRecords) throws(LimitLedgerError)
}

/// Why limits could not be read or written, in one sentence.
package struct LimitLedgerError: Error, Hashable, Sendable {
    package let sentence: String

    /// Creates an error.
    package init(_ sentence: String) { self.sentence = sentence }
}

/// The limits in one file, `limits`, of the state directory.
package struct FileLimitLedger: LimitLedger {
    private let file: DurableFile

    /// The file of a state directory, which must exist when it is first used.
    package init(directory: String) {
        file = DurableFile(folder: directory, name: "limits")
    }

    package func load() throws(LimitLedgerError) -> LimitRecords? {
        let octets: [UInt8]?
        do throws(SpoolError) {
            octets = try file.read(atMost: LimitFormat.maximumOctets)
        } catch  where error.kind == .vanished {
            // Without a folder nothing was ever saved; the first save says that it is missing.
            return nil
        } catch {
            throw LimitLedgerError(error.fullSentence)
        }
        guard let octets else { return nil }
        guard let records = LimitFormat.decode(octets) else {
            throw LimitLedgerError("The file \(file.path) is damaged.")
        }
        return records
    }

    package func save(_ records: LimitRecords) throws(LimitLedgerError) {
        do throws(SpoolError) {
            try file.replace(with: LimitFormat.encode(records))
        } catch {
            throw LimitLedgerError(error.fullSentence)
        }
    }
}
