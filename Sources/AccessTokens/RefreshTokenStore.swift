internal import Glibc
package import Submission

/// The file that keeps the refresh token of one identity between runs.
///
/// A folder of mode 0700, in it one file of mode 0600 for each identity, replaced whole after
/// each use. Calls block.
package struct RefreshTokenStore: Sendable {
    /// What the file holds.
    package struct Record: Hashable, Sendable {
        package var clientID: String
        package var tenant: String
        /// When the token was given, in seconds since 1970.
        package var obtained: Int64
        /// The secret.
        package var token: String

        /// Creates a record.
        package init(clientID: String, tenant: String, obtained: Int64, token: String) {
            self.clientID = clientID
            self.tenant = tenant
            self.obtained = obtained
            self.token = token
        }
    }

    /// The file's path.
    package let path: String
    private let folder: String
    private let identity: String

    private static let heading = "postchute refresh token 1"
    private static let maximumOctets = 131_072
    private static let loginAdvice = "Run postchute login for this identity."

    /// Names the store of an identity; nothing need exist yet.
    package init(folder: String, identity: String) {
        self.folder = folder
        self.identity = identity
        path = "\(folder)/\(FormText.encode(identity)).refresh-token"
    }

    /// Reads the record.
    ///
    /// - Throws: A sentence for a file that is missing, spoiled or open to others.
    package func read() throws(CredentialError) -> Record {
        try checkFolder()
        let octets: [UInt8]
        do {
            octets = try SmallFile.read(path, limit: Self.maximumOctets, followsLinks: false)
        } catch {
            if error.isMissing {
                throw CredentialError(
                    "nobody has signed in for identity '\(identity)' yet",
                    advice: Self.loginAdvice
                )
            }
            throw failure(error)
        }
        guard let record = Self.parse(octets) else {
            throw CredentialError(
                "the file '\(path)' is spoiled: it holds no refresh token",
                advice: Self.loginAdvice
            )
        }
        return record
    }

    /// Replaces the record durably; after an error the file is as it was.
    package func write(_ record: Record) throws(CredentialError) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            let cause = String(cString: strerror(errno))
            throw CredentialError("the folder '\(folder)' cannot be made: \(cause)")
        }
        try checkFolder()
        let text = """
            \(Self.heading)
            client \(record.clientID)
            tenant \(record.tenant)
            obtained \(record.obtained)
            token \(record.token)
            end

            """
        do {
            try SmallFile.replace(path, with: Array(text.utf8))
        } catch {
            throw failure(error)
        }
    }

    /// A word when a token is so old that it ends soon, in one sentence; `now` as `obtained`.
    ///
    /// Refresh tokens live 90 days from their last use, and are used every hour while the daemon
    /// runs: a word comes only where that has failed for long.
    package static func warning(
        for record: Record,
        identity: String,
        now: Int64
    ) -> String? {
        let (age, isOdd) = now.subtractingReportingOverflow(record.obtained)
        guard !isOdd, age >= 60 * 86_400 else { return nil }
        return
            "The sign-in of identity '\(identity)' was last renewed \(age / 86_400) days ago and "
            + "ends after 90 days; run postchute login for this identity."
    }

    private func checkFolder() throws(CredentialError) {
        var status = stat()
        guard lstat(folder, &status) == 0 else {
            guard errno != ENOENT else { return }
            let cause = String(cString: strerror(errno))
            throw CredentialError("the folder '\(folder)' cannot be examined: \(cause)")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw CredentialError("'\(folder)' is not a folder")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CredentialError(
                "the folder '\(folder)' is open to other users of this system; "
                    + "run: chmod 700 '\(folder)'"
            )
        }
    }

    private func failure(_ defect: SmallFile.Defect) -> CredentialError {
        CredentialError("the file '\(path)' \(defect.phrase)")
    }

    private static func parse(_ octets: [UInt8]) -> Record? {
        guard let text = String(validating: octets, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // The last line is empty: a file cut short has none.
        guard lines.count == 7, lines[0] == heading, lines[5] == "end", lines[6].isEmpty,
            let client = value(of: "client", lines[1]), let tenant = value(of: "tenant", lines[2]),
            let obtained = value(of: "obtained", lines[3]).flatMap({ Int64($0) }),
            let token = value(of: "token", lines[4]), !token.isEmpty
        else { return nil }
        return Record(clientID: client, tenant: tenant, obtained: obtained, token: token)
    }

    private static func value(of name: String, _ line: Substring) -> String? {
        line.hasPrefix("\(name) ") ? String(line.dropFirst(name.count + 1)) : nil
    }
}
