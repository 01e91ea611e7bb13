/// Checks what routes of one tenant mean for each other.
struct TenantRelations {
    let routes: [ReadRoute]

    /// Adds its complaints to those of the routes.
    func check() {
        var known: [String: ReadRoute] = [:]
        for route in routes {
            guard let limit = route.settings.externalRecipientsPerDay,
                let tenant = route.settings.tenant
            else { continue }
            guard let first = known[tenant] else {
                known[tenant] = route
                continue
            }
            if let other = first.settings.externalRecipientsPerDay, other != limit {
                route.reader.complain(
                    .externalRecipientsPerDay,
                    "\(limit) is not the \(other) of \(first.reader.name), which sends for the same "
                        + "tenant.",
                    "A tenant has one limit: give both the same."
                )
            } else if first.settings.internalDomains != route.settings.internalDomains {
                route.reader.complain(
                    .internalDomains,
                    "are not those of \(first.reader.name), which sends for the same tenant.",
                    "A tenant has one list: give both the same."
                )
            }
        }
    }
}
