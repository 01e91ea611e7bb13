package import Hummingbird

/// What is known of one request beside the request itself.
package struct DashboardContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Who signed in; never `nil` where ``Pages/add(to:_:)`` puts its pages.
    package var visitor: Visitor?
    /// What follows the question mark of the address.
    package var query = FormFields()
    /// The fields of a form that was sent, of at most 64 KB; its token has been checked.
    package var form = FormFields()
    /// The network address of the client, or of the proxy in front.
    package let client: String

    /// Creates the context of a request that has just arrived.
    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        client = source.channel.remoteAddress?.ipAddress ?? "local"
    }

    /// What the hidden field ``Visitor/tokenField`` of every form must hold.
    package var formToken: String { visitor?.formToken ?? "" }
}

/// Who signed in.
package struct Visitor: Hashable, Sendable {
    /// The name of the hidden field that every form with `method="post"` has.
    package static let tokenField = "form_token"

    /// The name of the token they signed in with: who did it, in logs and in the ledger.
    package let name: String
    package let role: DashboardRole
    /// What proves that a form came from our page; empty for a script, which needs none.
    package let formToken: String

    /// Creates a visitor.
    package init(name: String, role: DashboardRole, formToken: String) {
        (self.name, self.role, self.formToken) = (name, role, formToken)
    }

    /// Whether they may change anything: what they may not do is not shown as a button either.
    package var isOperator: Bool { role == .operator }
}
