/// Checks what a route and its identity mean for each other.
struct IdentityRelations {
    let route: RouteSettings
    let reader: TableReader<RouteKey>
    let identity: ReadIdentity

    /// Adds its complaints to those of the route.
    func check() {
        guard route.signIn.identity != nil else { return }
        checkCloud()
        checkEndpoint()
        checkUser()
    }

    private func checkCloud() {
        let cloud = identity.settings.cloud
        guard reader.isSound(.cloud), identity.reader.isSound(.cloud), cloud != route.cloud else {
            return
        }
        reader.complain(
            .cloud,
            "\(quoted(route.cloud.rawValue)) is not the cloud of identity "
                + "\(quoted(identity.settings.name)), which is \(quoted(cloud.rawValue)).",
            "Correct it here or there."
        )
    }

    // Whoever gets a token can use it: a typing error in a host name must not hand it out.
    private func checkEndpoint() {
        let key: RouteKey = route.service == .graph ? .graphURL : .host
        guard reader.isSound(key), reader.isSound(.cloud), !route.host.isEmpty,
            !identity.settings.allowsForeignEndpoint, !route.cloud.contains(route.host)
        else { return }
        reader.complain(
            key,
            "\(quoted(route.host)) does not belong to cloud = \(quoted(route.cloud.rawValue)), and "
                + "a token would go there.",
            "Correct it, or set allow_foreign_endpoint = true in "
                + "[identity.\(identity.settings.name)]."
        )
    }

    private func checkUser() {
        guard route.signIn.isEachAuthor, case .deviceLogin = identity.settings.credential,
            identity.reader.isSound(.deviceLogin), identity.reader.has(.deviceLogin)
        else { return }
        reader.complain(
            .mailbox,
            "\"{from}\" is not possible with device_login: the token belongs to one person.",
            "Name the one mailbox that sends, or use another credential."
        )
    }
}
