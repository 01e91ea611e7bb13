internal import Delivery
internal import Hummingbird
internal import Ledger
internal import Operations
internal import SafeText
internal import Settings

/// Looks up what a page shows and carries out what its buttons say.
struct PageDesk: Sendable {
    let source: DashboardSource
    let notices = Notices()
    let verifications = Verifications()

    /// Creates a desk.
    init(_ source: DashboardSource) { self.source = source }

    /// Whether mail flows.
    func overview(_ context: DashboardContext) async throws -> HTMLResponse {
        let overview = try await source.overview()
        return page("Overview", .overview, context, "overview", overview.model)
    }

    /// The list of messages.
    func messages(_ context: DashboardContext) async throws -> HTMLResponse {
        let filter = MessageFilter(context.query).masked(by: source.mask)
        let source = source
        let found = try await source.blocking { source.find(filter) }
        let rows = MessageRows(
            source: found,
            filter: filter,
            pickups: source.settings.pickups.map(\.name),
            routes: source.settings.routes.map(\.name),
            now: source.now(),
            isPrivate: source.mask != nil
        )
        return page("Messages", .messages, context, "messages", rows.model)
    }

    /// One message.
    func message(_ context: DashboardContext) async throws -> HTMLResponse {
        let view = try await view(of: try context.part("id"), context)
        return page(view.heading, .messages, context, "message", view.model)
    }

    private func view(of id: String, _ context: DashboardContext) async throws -> MessageView {
        let (source, wantsFile) = (source, context.query["file"] != nil)
        let isOperator = context.visitor?.isOperator == true
        let view = try await source.blocking {
            source.look(at: id, wantsFile: wantsFile, isOperator: isOperator)
        }
        guard view.record != nil || view.glance != nil else {
            throw WebProblem(
                404,
                "There is no message \"\(source.mask?.text(id) ?? id)\" in the ledger or in the folders.",
                "Search for it in the list of messages, by a part of its subject or of an address."
            )
        }
        return view
    }

    /// The routes.
    func routes(_ context: DashboardContext) async throws -> HTMLResponse {
        let view = RoutesView(
            settings: source.settings,
            snapshot: source.snapshot(),
            verifications: verifications.all,
            now: source.now()
        )
        return page("Routes", .routes, context, "routes", view.model)
    }

    /// The settings.
    func settings(_ context: DashboardContext) async throws -> HTMLResponse {
        let source = source
        let view = SettingsView(settings: try await source.blocking { source.settingsInEffect() })
        return page("Settings", .settings, context, "settings", view.model)
    }

    private func page(
        _ title: String,
        _ section: PageShell.Section,
        _ context: DashboardContext,
        _ template: String,
        _ model: Model
    ) -> HTMLResponse {
        let shell = PageShell(
            title: title,
            section: section,
            visitor: context.visitor,
            version: source.version,
            notice: notices.notice(context.query["notice"], for: context.visitor)
        )
        return HTMLResponse(shell.render(template, model))
    }
}

extension PageDesk {
    /// Asks before a message is removed.
    func confirmation(_ context: DashboardContext) async throws -> HTMLResponse {
        try context.requireOperator()
        let id = try context.part("id")
        let view = try await view(of: id, context)
        let path = "/messages/\(Address.encoded(id))"
        var model = view.model
        model["question"] = .text("Remove this message?")
        model["consequence"] = .text(
            "Its file, its reason and its history are deleted and cannot be brought back. It is not "
                + "sent. The ledger keeps that you removed it."
        )
        model["facts"] = .list([
            ["label": .text("Subject"), "value": .text(view.heading)],
            ["label": .text("File"), "value": .text(view.record?.file ?? view.glance?.path ?? id)],
            ["label": .text("Id"), "value": .text(id)],
        ])
        model["back"] = .text(path)
        model["action"] = .text("\(path)/remove")
        model["label"] = .text("Remove it")
        return page("Remove a message", .messages, context, "confirm", model)
    }

    /// Does what a button of a message says.
    func act(_ context: DashboardContext) async throws -> Response {
        let visitor = try context.requireOperator()
        let id = try context.part("id")
        guard let verb = MessageVerb(rawValue: try context.part("verb")) else {
            throw WebProblem.noPage
        }
        let source = source
        let result = try await source.blocking { source.carryOut(verb, id, by: visitor) }
        source.report(
            .acted(name: visitor.name, client: context.client, what: verb.rawValue, target: id)
        )
        let isGone = verb == .remove && !result.output.isEmpty
        let path = isGone ? "/messages" : "/messages/\(Address.encoded(id))"
        return redirect(to: path, result, visitor)
    }

    /// Pauses or resumes a route.
    func switchRoute(_ context: DashboardContext) async throws -> Response {
        let name = try context.part("name")
        return try await pauseOrResume(.route(name), name, "/routes", context)
    }

    /// Pauses or resumes a pickup.
    func switchPickup(_ context: DashboardContext) async throws -> Response {
        let name = try context.part("name")
        return try await pauseOrResume(.pickup(name), name, "/", context)
    }

    private func pauseOrResume(
        _ target: PauseSwitch.Target,
        _ name: String,
        _ path: String,
        _ context: DashboardContext
    ) async throws -> Response {
        let visitor = try context.requireOperator()
        let verb = try context.part("verb")
        guard verb == "pause" || verb == "resume" else { throw WebProblem.noPage }
        let folders = source.folders
        let result = try await source.blocking {
            let pauses = PauseSwitch(folders)
            return verb == "pause" ? pauses.pause(target) : pauses.resume(target)
        }
        source.report(.acted(name: visitor.name, client: context.client, what: verb, target: name))
        return redirect(to: path, result, visitor)
    }

    /// Looks at a route as `verify` does, and keeps what was found for the page.
    func verify(_ context: DashboardContext) async throws -> Response {
        let visitor = try context.requireOperator()
        let name = try context.part("name")
        guard source.settings.routes.contains(where: { $0.name == name }) else {
            throw WebProblem.noPage
        }
        guard let verify = source.verify else {
            let command = "Routes cannot be verified here; postchute verify \(name) can."
            return redirect(to: "/routes", CommandResult(complaints: [command]), visitor)
        }
        guard verifications.begin(name) else {
            let busy =
                "Route \(name) is being verified already, or too many others are; look again "
                + "in a minute."
            return redirect(to: "/routes", CommandResult(complaints: [busy]), visitor)
        }
        let report = await verify(name)
        verifications.end(name, report, at: source.now())
        source.report(
            .acted(name: visitor.name, client: context.client, what: "verify", target: name)
        )
        return .seeOther("/routes#route-\(Address.encoded(name))")
    }

    private func redirect(
        to path: String,
        _ result: CommandResult,
        _ visitor: Visitor
    ) -> Response {
        let shown = source.mask.map(result.masked) ?? result
        return .seeOther("\(path)?notice=\(notices.keep(Notice(shown), for: visitor))")
    }
}

extension DashboardContext {
    /// A part of the address, decoded.
    fileprivate func part(_ name: String) throws -> String {
        guard let raw = parameters.get(name), let fields = FormFields("x=\(raw.plusKept)"),
            let value = fields["x"], value.utf8.count <= 400
        else { throw WebProblem.noPage }
        return value
    }

    @discardableResult
    fileprivate func requireOperator() throws -> Visitor {
        guard let visitor, visitor.isOperator else {
            throw WebProblem(
                403,
                "Your token lets you look, not change anything.",
                "Sign in with a token of the role operator."
            )
        }
        return visitor
    }
}

extension String {
    /// In a path `+` is itself, in a form a space; `&` would end a field.
    fileprivate var plusKept: String { replacing("+", with: "%2B").replacing("&", with: "%26") }
}

extension WebProblem {
    fileprivate static let noPage = WebProblem(
        404,
        "There is no page at this address.",
        "Follow the links of the overview."
    )
}
