internal import Documents
internal import MailMessage

/// Checks what pickups mean for each other and for the routes.
struct PickupRelations {
    let pickups: [ReadPickup]
    let routes: [ReadRoute]
    /// The names of all routes, faulty ones included.
    let routeNames: [String]

    /// Adds its complaints to those of the pickups.
    func check() {
        for (index, pickup) in pickups.enumerated() {
            checkRoutes(of: pickup)
            checkSenders(of: pickup)
            checkFeedback(of: pickup)
            for (other, neighbour) in pickups.enumerated() where other != index {
                checkPath(pickup, against: neighbour, isLater: other < index)
                checkSpool(pickup, against: neighbour, isLater: other < index)
            }
        }
    }

    private func checkRoutes(of pickup: ReadPickup) {
        for name in pickup.settings.routes where !routeNames.contains(name) {
            let known = routeNames.isEmpty ? "none" : listed(routeNames)
            pickup.reader.complain(
                .route,
                "\(quoted(name)) is not a route of this file, which has \(known).",
                Suggestion.sentence(for: name, among: routeNames)
                    ?? "Add [route.\(name.filter { $0 != "]" })], or name another."
            )
        }
    }

    // The sender of documents is written in the settings, unless the folder decides it.
    private func checkSenders(of pickup: ReadPickup) {
        let isFixed = pickup.settings.documents.map { $0.from.fields.isEmpty } ?? false
        let used = routes.first {
            pickup.settings.routes.contains($0.settings.name) && $0.service?.trustsAnySender == true
        }
        guard let used, let service = used.service, !isFixed,
            pickup.settings.messages.envelope.allowFrom.isEmpty, pickup.reader.isSound(.allowFrom)
        else { return }
        pickup.reader.complain(
            .allowFrom,
            "is missing: over route \(quoted(used.settings.name)), \(quoted(service.rawValue)), "
                + "whoever can write here could send as anybody.",
            "Say who may: \(PickupKey.allowFrom.declaration.example)"
        )
    }

    // Of two pickups in each other's way the later one is complained about, once.
    private func checkPath(_ pickup: ReadPickup, against other: ReadPickup, isLater: Bool) {
        guard pickup.reader.isSound(.path), other.reader.isSound(.path) else { return }
        let path = pickup.settings.path
        let name = other.reader.name
        if path == other.settings.path {
            guard isLater else { return }
            pickup.reader.complain(
                .path,
                "\(quoted(path)) is the drop folder of \(name) already.",
                "Give each pickup a folder of its own."
            )
        } else if path.isInside(other.settings.path), other.settings.isRecursive {
            pickup.reader.complain(
                .path,
                "\(quoted(path)) is inside the drop folder of \(name), which is recursive.",
                "Move it out, or set recursive = false there."
            )
        } else if other.reader.isSound(.spool), path.isAtOrInside(other.settings.spool) {
            pickup.reader.complain(
                .path,
                "\(quoted(path)) is inside the spool of \(name), \(quoted(other.settings.spool)).",
                "Move it out: only the daemon may write there."
            )
        }
    }

    private func checkSpool(_ pickup: ReadPickup, against other: ReadPickup, isLater: Bool) {
        guard pickup.reader.has(.spool), pickup.reader.isSound(.spool) else { return }
        let spool = pickup.settings.spool
        let name = other.reader.name
        if other.reader.isSound(.spool), spool == other.settings.spool {
            guard isLater || !other.reader.has(.spool) else { return }
            pickup.reader.complain(
                .spool,
                "\(quoted(spool)) is the spool of \(name) already.",
                "Give each pickup a spool of its own."
            )
        } else if other.reader.isSound(.path), spool.isAtOrInside(other.settings.path) {
            pickup.reader.complain(
                .spool,
                "\(quoted(spool)) is inside the drop folder of \(name).",
                "Move it out: writers must not reach a spool."
            )
        } else if other.reader.isSound(.spool), spool.isInside(other.settings.spool) {
            pickup.reader.complain(
                .spool,
                "\(quoted(spool)) is inside the spool of \(name).",
                "Give each pickup a spool of its own."
            )
        }
    }

    /// What lies in a drop folder is a message, and in a spool only the daemon may put anything.
    private func checkFeedback(of pickup: ReadPickup) {
        guard pickup.reader.isSound(.feedback), let path = pickup.settings.feedback else { return }
        for other in pickups {
            let whose = "of \(other.reader.name)"
            if other.reader.isSound(.path), path.isAtOrInside(other.settings.path) {
                return pickup.reader.complain(
                    .feedback,
                    "\(quoted(path)) is inside the drop folder \(whose).",
                    "Move it out: only messages belong there."
                )
            }
            if other.reader.isSound(.spool), path.isAtOrInside(other.settings.spool) {
                return pickup.reader.complain(
                    .feedback,
                    "\(quoted(path)) is inside the spool \(whose).",
                    "Move it out: writers must not reach a spool."
                )
            }
        }
    }
}

extension String {
    /// Whether a normal path lies below a folder.
    fileprivate func isInside(_ folder: String) -> Bool { hasPrefix(folder + "/") }

    /// Whether a normal path is a folder or lies below it.
    fileprivate func isAtOrInside(_ folder: String) -> Bool {
        self == folder || isInside(folder)
    }
}
