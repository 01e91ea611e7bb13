/// What who signed in may do.
package enum DashboardRole: String, Hashable, Sendable, Codable, CaseIterable {
    /// Look at everything.
    case viewer
    /// Also move messages and pause what runs.
    case `operator`
}
