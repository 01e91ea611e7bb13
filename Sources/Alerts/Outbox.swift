internal import CLinux
package import Delivery
internal import Glibc
package import Spool

/// A spool of Postchute's own, whose mail the engine sends as that of any pickup.
///
/// Its folder lies in the state directory, and its pickup's name has a dot, which no pickup of a
/// settings file can have.
package struct Outbox: Sendable {
    /// The pickup's name.
    package let name: String
    private let folder: String
    private let spool: MessageSpool
    private let threads: SpoolThreads
    private let claimed: @Sendable ([SpoolName]) -> Void

    /// What kind of mail goes out.
    package enum Kind: String, Sendable {
        case alert, bounce
    }

    /// Opens the spool of a channel or of a pickup, making its folders; blocking.
    ///
    /// The pickup has to be added to the engine; `claimed` then tells it of new mail.
    package init(
        _ kind: Kind,
        of object: String,
        state: String,
        threads: SpoolThreads,
        claimed: @escaping @Sendable ([SpoolName], _ pickup: String) -> Void
    ) throws(SpoolError) {
        let name = Self.name(kind, of: object)
        self.name = name
        folder = "\(OwnMail.root(state))/\(name)"
        self.threads = threads
        self.claimed = { claimed($0, name) }
        // What is wrong with the folders is said when the spool is opened.
        _ = linux_make_directory(AT_FDCWD, OwnMail.root(state), 0o700)
        _ = linux_make_directory(AT_FDCWD, folder, 0o700)
        spool = try MessageSpool(
            opening: SpoolOptions(dropPath: folder),
            hooks: SpoolHooks(threads: threads)
        )
    }

    /// The name of the pickup of a channel or of a pickup's senders.
    package static func name(_ kind: Kind, of object: String) -> String {
        "\(kind.rawValue).\(object)"
    }

    /// The channel whose mail a pickup carries; `nil` for every other pickup.
    package static func channel(ofPickup name: String) -> String? {
        let prefix = "\(Kind.alert.rawValue)."
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }

    /// The pickup for the engine.
    package func pickup(routes: [String], policy: SettlementPolicy) -> DeliveryPickup {
        DeliveryPickup(name: name, spool: spool, routes: routes, policy: policy)
    }

    /// Puts a message into the queue; it is durable there when this returns without a sentence that
    /// says what went wrong.
    package func post(_ message: [UInt8]) async -> String? {
        await withCheckedContinuation { done in
            threads.runAnyway { done.resume(returning: put(message)) }
        }
    }

    /// Puts a message into the queue; what goes wrong leaves it in the folder for the next start.
    ///
    /// Blocking.
    package func postSoon(_ message: [UInt8]) { _ = put(message) }

    /// Queues what was written and not claimed before a crash; blocking.
    package func claimLeft() throws(SpoolError) {
        for name in fileNames() where name.hasSuffix(".eml") { try claim(name) }
    }

    /// Frees the spool's lock.
    package func close() { spool.close() }

    private func put(_ message: [UInt8]) -> String? {
        let name = "\(UInt64.random(in: .min ... .max)).eml"
        do throws(SpoolError) {
            try DurableFile(folder: folder, name: name).replace(with: message)
            try claim(name)
            return nil
        } catch {
            return error.fullSentence
        }
    }

    private func claim(_ text: String) throws(SpoolError) {
        guard let name = FileName(text) else { return }
        let drop = try spool.dropDirectory()
        let descriptor = try drop.open(name)
        defer { _ = linux_close(descriptor) }
        let facts = try FileFacts(descriptor: descriptor)
        claimed([try spool.claim(name, in: drop, descriptor: descriptor, facts: facts)])
    }

    private func fileNames() -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream), names.count < 10_000 {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { octets in
                String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }
}

/// Sends notices as mail, by way of an outbox.
package struct MailSender: AlertSender {
    private let outbox: Outbox
    private let compose: @Sendable (Notice) -> [UInt8]

    /// Creates a sender.
    package init(_ outbox: Outbox, compose: @escaping @Sendable (Notice) -> [UInt8]) {
        (self.outbox, self.compose) = (outbox, compose)
    }

    package func send(_ notice: Notice) async -> String? { await outbox.post(compose(notice)) }
}
