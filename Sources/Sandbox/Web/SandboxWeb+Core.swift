internal import NIOCore
internal import Synchronization

extension SandboxWeb {
    /// Listens on the ports that a sandbox's options name; `nil` when they name none.
    ///
    /// - Throws: ``SandboxError``; nothing listens then.
    static func start(
        _ core: SandboxCore,
        _ group: any EventLoopGroup
    ) async throws(SandboxError) -> SandboxWeb? {
        guard let options = core.options.web else { return nil }
        let folder = core.options.folder
        let web = try WebCore(
            tenant: TenantAccess(core),
            options: options,
            store: core.store,
            tally: core.tally,
            inbox: Inbox(folder: core.options.keep ? folder : nil),
            hostName: core.options.hostName,
            arcFolder: folder.map { "\($0)/arc" },
            onAccepted: core.options.onAccepted
        )
        return try await start(
            web,
            host: core.options.host,
            tls: core.context(spoilt: nil),
            group: group
        )
    }
}

extension TenantAccess {
    /// Reaches the tenant that a sandbox's mail side uses as well.
    init(_ core: SandboxCore) {
        let clock = core.options.clock
        self.init(
            core.books.withLock { $0.tenant.rehearsal },
            clock: { clock.now() },
            span: { clock.realTime($0) },
            change: { body in core.books.withLock { body(&$0.tenant) } }
        )
    }
}
