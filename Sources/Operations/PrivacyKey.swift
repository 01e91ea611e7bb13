internal import CLinux
internal import COpenSSL
package import Ledger
internal import Glibc
package import SafeText
package import Settings

/// The key of `privacy = true`: `privacy-key` in the state directory, 32 random octets of mode 0600.
///
/// Whoever loses it begins new pseudonyms; what was written under the old ones is found no more.
package struct PrivacyKey {
    private let path: String

    /// Names the key of these settings.
    package init(_ settings: StateSettings) { path = "\(settings.directory)/privacy-key" }

    /// The mask of the key; with `creating` a key that is missing is made first.
    ///
    /// Returns `nil` where there is none.
    package func mask(creating: Bool = false) throws(PrivacyKeyError) -> PrivacyMask? {
        if let key = try read() { return PrivacyMask(key: key) }
        guard creating else { return nil }
        try create()
        return try read().map { PrivacyMask(key: $0) }
    }

    private func read() throws(PrivacyKeyError) -> [UInt8]? {
        let file = linux_open(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0)
        if file == -ENOENT { return nil }
        guard file >= 0 else { throw failure("read", -file) }
        defer { _ = linux_close(file) }
        var octets = [UInt8](repeating: 0, count: PrivacyMask.keyOctets + 1)
        let count = octets.withUnsafeMutableBytes {
            linux_read_at(file, $0.baseAddress, $0.count, 0)
        }
        guard count >= 0 else { throw failure("read", Int32(truncatingIfNeeded: -count)) }
        guard count == PrivacyMask.keyOctets else {
            throw PrivacyKeyError(
                sentence: "\(path) is not a key of \(PrivacyMask.keyOctets) octets; restore it, "
                    + "or remove it to begin with new pseudonyms"
            )
        }
        return Array(octets.prefix(Int(count)))
    }

    /// Linked into place when it is whole, so that of two processes one wins.
    private func create() throws(PrivacyKeyError) {
        var generator = SystemRandomNumberGenerator()
        let key = (0..<PrivacyMask.keyOctets).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
        let temporary = "\(path).\(getpid()).tmp"
        _ = linux_unlink(AT_FDCWD, temporary)
        let file = linux_open(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard file >= 0 else { throw failure("write", -file) }
        var result = key.withUnsafeBytes { linux_write_all(file, $0.baseAddress, $0.count) }
        if result == 0 { result = linux_sync(file) }
        _ = linux_close(file)
        if result == 0 { result = linux_rename_new(AT_FDCWD, temporary, AT_FDCWD, path) }
        guard result == 0 || result == -EEXIST else {
            _ = linux_unlink(AT_FDCWD, temporary)
            throw failure("write", -result)
        }
        if result == -EEXIST { _ = linux_unlink(AT_FDCWD, temporary) }
    }

    private func failure(_ verb: String, _ number: Int32) -> PrivacyKeyError {
        PrivacyKeyError(
            sentence: "cannot \(verb) \(path): \(String(cString: linux_error_text(number)))"
        )
    }
}

/// Why there is no key, as the end of a sentence.
package struct PrivacyKeyError: Error, Hashable, Sendable {
    package var sentence: String
}

extension RelayFolders {
    /// What hides people in what a command writes down, and in what it asks for; `nil` without privacy.
    ///
    /// Who may not read the key finds nobody, and writes nobody down.
    var mask: PrivacyMask? {
        guard settings.isPrivate else { return nil }
        return (try? PrivacyKey(settings.state).mask()) ?? .blind
    }
}

extension LedgerQuery {
    /// The question in the pseudonyms of a mask: a whole address, a whole subject.
    package func masked(by mask: PrivacyMask) -> LedgerQuery {
        var query = self
        query.text = text.map(mask.text)
        query.file = file.map(mask.text)
        query.address = address.map { $0.hasPrefix("@") ? $0 : mask.address($0) }
        query.subject = subject.map(mask.subject)
        query.messageID = messageID.map(mask.text)
        query.reply = reply.map(mask.text)
        return query
    }

    /// The question with its text as a whole subject, for when it is found nowhere else; `nil` without one.
    package func askingForSubject(by mask: PrivacyMask) -> LedgerQuery? {
        guard let text, subject == nil else { return nil }
        var query = self
        (query.text, query.subject) = (nil, mask.subject(text))
        return query
    }
}

extension PrivacyMask {
    /// A mask by HMAC-SHA256 under this key (RFC 2104 §2).
    init(key: [UInt8]) {
        self.init { text in
            var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
            var length: UInt32 = 0
            let result = HMAC(
                EVP_sha256(),
                key,
                Int32(key.count),
                text,
                text.count,
                &digest,
                &length
            )
            return result == nil ? [] : Array(digest.prefix(Int(length)))
        }
    }
}
