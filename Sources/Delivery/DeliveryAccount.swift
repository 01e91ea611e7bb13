/// The account a route sends with, as the engine is told of it, and what it may do.
///
/// Routes that name the same account share its limits; where they disagree, the smaller one holds.
package struct DeliveryAccount: Hashable, Sendable {
    /// Whose account it is.
    package enum Owner: Hashable, Sendable {
        /// One mailbox, such as `erp@contoso.com@contoso.onmicrosoft.com`: a key for people and disk.
        case mailbox(String)
        /// Each message's author has an account; the tenant follows the address in its key.
        case eachAuthor(tenant: String)
    }

    package var owner: Owner
    /// Submissions in a period, whether accepted or not.
    package var messages: DeliveryRate?
    /// Submissions under way at once, over all routes.
    package var sessions: Int?
    /// Recipients in a rolling day.
    package var recipientsPerDay: Int?
    /// Recipients of one transaction; larger envelopes are split.
    package var recipientsPerMessage: Int?
    /// Octets of content in a period, as Graph limits uploads.
    package var octets: DeliveryRate?
    /// The counter of recipients outside the tenant, shared by the tenant's accounts.
    package var external: ExternalRecipients?

    /// Creates an account without limits.
    package init(_ owner: Owner) { self.owner = owner }

    /// The limits that satisfy this account and another one of the same owner.
    func stricter(_ other: DeliveryAccount) -> DeliveryAccount {
        var both = self
        both.messages = Self.smaller(messages, other.messages)
        both.sessions = Self.smaller(sessions, other.sessions)
        both.recipientsPerDay = Self.smaller(recipientsPerDay, other.recipientsPerDay)
        both.octets = Self.smaller(octets, other.octets)
        both.external = external ?? other.external
        return both
    }

    private static func smaller(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }

    private static func smaller(_ left: DeliveryRate?, _ right: DeliveryRate?) -> DeliveryRate? {
        guard let left, let right else { return left ?? right }
        return left.period / max(left.count, 1) >= right.period / max(right.count, 1) ? left : right
    }
}

/// The limit of recipients outside an organisation, for all of its accounts together.
package struct ExternalRecipients: Hashable, Sendable {
    /// The organisation, as a key for people and disk.
    package var tenant: String
    /// Recipients in a rolling day; `nil` counts without a limit.
    package var perDay: Int?
    /// The organisation's own domains, in small letters: recipients there do not count.
    package var internalDomains: Set<String>

    /// Creates a limit.
    package init(tenant: String, perDay: Int? = nil, internalDomains: Set<String>) {
        self.tenant = tenant
        self.perDay = perDay
        self.internalDomains = internalDomains
    }

    /// How many of these domains are outside.
    func count(_ domains: some Sequence<String>) -> Int {
        domains.count { !internalDomains.contains($0.lowercased()) }
    }
}
