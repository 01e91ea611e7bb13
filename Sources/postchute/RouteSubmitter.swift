internal import GraphSubmission
internal import Glibc
internal import NIOCore
internal import SMTPSubmission
internal import Settings
internal import Submission

/// Makes the submitter of a route's settings.
enum RouteSubmitter {
    /// What a route may have to say, by the line.
    struct Reports: Sendable {
        /// The protocol, secrets redacted; `nil` where nobody listens.
        var trace: (@Sendable (String) -> Void)?
        /// What a person should know of a message that was accepted otherwise than as written.
        var warn: @Sendable (String) -> Void = { _ in }
    }

    /// Returns the submitter; nothing is connected yet.
    ///
    /// - Throws: ``CredentialError`` when the passphrase of a client certificate cannot be read, or
    ///   tokens may not go to the route's server; ``ProxyDefect``.
    static func make(
        _ settings: RouteSettings,
        _ services: ServiceAccess,
        loop: any EventLoop,
        reports: Reports = Reports()
    ) throws -> any Submitter {
        let submitter =
            settings.service == .graph
            ? try graph(settings, services, loop, reports)
            : try smtp(settings, services, loop, reports)
        guard let limit = settings.maximumOctets else { return submitter }
        return SizeBoundedSubmitter(
            submitter,
            maximumOctets: limit,
            service: settings.service.title,
            later: { work in loop.execute { work() } }
        )
    }

    private static func smtp(
        _ settings: RouteSettings,
        _ services: ServiceAccess,
        _ loop: any EventLoop,
        _ reports: Reports
    ) throws -> any Submitter {
        let route = try SMTPRoute(settings, services)
        guard settings.signIn.isEachAuthor else {
            return SMTPSubmitter(route: route, loop: loop, trace: reports.trace)
        }
        return MailboxSubmitter(
            route: route,
            tokens: try services.tokens(for: settings),
            loop: loop,
            trace: reports.trace
        )
    }

    private static func graph(
        _ settings: RouteSettings,
        _ services: ServiceAccess,
        _ loop: any EventLoop,
        _ reports: Reports
    ) throws -> any Submitter {
        GraphSubmitter(
            route: try GraphRoute(settings),
            tokens: try services.tokens(for: settings),
            transport: try services.transport(for: settings),
            loop: loop,
            warn: reports.warn
        )
    }
}

extension GraphRoute {
    /// The route of a route's settings.
    ///
    /// - Throws: ``CredentialError`` when the address of Graph cannot be used.
    init(_ settings: RouteSettings) throws(CredentialError) {
        guard let endpoint = GraphEndpoint(settings.graphURL ?? "") else {
            throw CredentialError(
                "route '\(settings.name)' has no address of Microsoft Graph",
                advice: "Set graph_url to an address that begins with https://."
            )
        }
        self.init(
            name: settings.name,
            endpoint: endpoint,
            mailbox: settings.signIn.isEachAuthor ? .author : .fixed(settings.signIn.user ?? ""),
            now: { Int(time(nil)) }
        )
        large = settings.large == .draft ? .draft : .refuse
        timeout = settings.finalReplyTimeout
    }
}
