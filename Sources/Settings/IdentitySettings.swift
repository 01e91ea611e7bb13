/// A table `[identity.NAME]`: an application, or a person, that a tenant lets send.
package struct IdentitySettings: Hashable, Sendable {
    /// The name after `identity.`: letters, digits, `-` and `_`.
    package var name: String
    package var cloud: Cloud
    /// The directory's id or one of its domains; empty with a managed identity, which knows its own.
    package var tenant: String
    /// The application's id; empty with the managed identity of the system.
    package var clientID: String
    package var credential: CredentialSettings
    /// The host that issues tokens.
    package var authority: String
    /// Takes the place of what the services' tokens are for.
    package var scope: String?
    /// When the client secret ends.
    package var clientSecretExpires: CalendarDate?
    /// A PEM file in place of the system's trust store.
    package var caFile: String?
    /// Whether tokens may go to hosts outside the cloud.
    package var allowsForeignEndpoint = false
    /// The proxy to the host that issues tokens; `nil` is the general one.
    package var proxy: ProxySettings?

    /// Creates an identity with the standard of every other key.
    package init(
        name: String,
        cloud: Cloud = .worldwide,
        tenant: String,
        clientID: String,
        credential: CredentialSettings
    ) {
        self.name = name
        self.cloud = cloud
        self.tenant = tenant
        self.clientID = clientID
        self.credential = credential
        authority = cloud.loginHost
    }
}

/// How an identity proves itself; exactly one way.
package enum CredentialSettings: Hashable, Sendable {
    case clientSecret(SecretReference)
    /// Never empty; the next one signs where one is not registered, so that old and new may overlap.
    case certificates([ClientCertificateSettings])
    /// A token of another issuer in a file that somebody keeps fresh (workload identity).
    case federatedToken(path: String)
    /// The host's own identity; with an id that of one of several.
    case managedIdentity(clientID: String?)
    /// A person signs in once by `postchute login`.
    case deviceLogin(user: String)

    /// The identity of the host itself.
    static let system = "system"
}

/// A day of the calendar, without a time zone.
package struct CalendarDate: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// Creates a day that exists, from 1970 to 9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(of: month, in: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Reads `2027-03-31`.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day's beginning in UTC, in seconds since 1970.
    package var seconds: Int64 {
        let years = 1970..<year
        let leaps = years.reduce(0) { $0 + (Self.isLeap($1) ? 1 : 0) }
        let months = (1..<month).reduce(0) { $0 + Self.length(of: $1, in: year) }
        return Int64(years.count * 365 + leaps + months + day - 1) * 86_400
    }

    /// The day as ISO 8601 writes it.
    package var description: String {
        "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }

    /// Whether a day is earlier.
    package static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func length(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
