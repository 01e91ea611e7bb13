internal import Glibc

/// Where Postchute's own mail lies: a spool for each of its kinds and each channel or pickup, in the state
/// directory.
package enum OwnMail {
    /// What its spools begin with, before a dot.
    package static let kinds = ["alert", "bounce"]
    /// How long it is kept after it was sent or has failed: 30 days, whatever the settings say of others'.
    package static let retention = RetentionRules(sent: keptSpan, failed: keptSpan)
    private static let keptSpan: Int64 = 30 * 86_400_000_000

    /// The folder of all of it in a state directory.
    package static func root(_ state: String) -> String { "\(state)/alerts" }

    /// The names and folders of its spools, also of those that the settings no longer have; blocking.
    package static func all(in state: String) -> [(name: String, folder: String)] {
        guard let stream = opendir(root(state)) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream), names.count < 10_000 {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { octets in
                String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            if kinds.contains(where: { name.hasPrefix("\($0).") }) { names.append(name) }
        }
        return names.sorted().map { ($0, "\(root(state))/\($0)") }
    }
}
