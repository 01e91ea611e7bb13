internal import Delivery
internal import Ledger
internal import Operations
internal import Settings

extension DashboardSource {
    /// Everything the overview shows.
    func overview() async throws -> Overview {
        let now = now()
        return try await blocking {
            Overview(
                snapshot: snapshot(),
                glances: FolderGlance.all(folders),
                chart: chart(now: now),
                now: now
            )
        }
    }

    private func chart(now: Int64) -> Result<DayChart, Overview.MissingFigures> {
        guard let ledger else { return .failure(.notKept) }
        do {
            let activity = try ledger.activity(
                from: DayChart.start(now),
                to: now,
                span: DayChart.span,
                pickup: nil,
                route: nil
            )
            return .success(DayChart(activity, now: now))
        } catch {
            return .failure(.unreadable(words(error)))
        }
    }

    /// The messages that answer to a filter, from the ledger or else from the folders.
    func find(_ filter: MessageFilter) -> MessageRows.Source {
        guard let ledger else {
            return listed(
                filter,
                "The ledger is not kept: these are the messages in the folders now, without those "
                    + "that were accepted."
            )
        }
        do {
            return .ledger(try page(filter, of: ledger))
        } catch {
            return listed(
                filter,
                "The ledger cannot be read: \(words(error)) These are the messages in the folders now, "
                    + "without those that were accepted."
            )
        }
    }

    /// A page of the ledger; where it has pseudonyms, a text that is found nowhere may be a whole subject.
    private func page(
        _ filter: MessageFilter,
        of ledger: any LedgerReading
    ) throws -> LedgerPage {
        func ask(_ query: LedgerQuery) throws -> LedgerPage {
            try ledger.messages(query, after: filter.after, limit: MessageFilter.pageSize)
        }
        let query = filter.query(now: now())
        let page = try ask(query)
        guard page.messages.isEmpty, let other = mask.flatMap(query.askingForSubject) else {
            return page
        }
        return try ask(other)
    }

    private func words(_ error: any Error) -> String {
        guard let error = error as? LedgerError else { return "\(error)" }
        return "\(error.sentence) \(error.advice)"
    }

    private func listed(_ filter: MessageFilter, _ remark: String) -> MessageRows.Source {
        do throws(CommandRefusal) {
            let list = try MessageList(folders, pickup: filter.pickup, limit: 200)
            let listed = mask.map { mask in list.listed.map { $0.masked(by: mask) } } ?? list.listed
            let found = listed.filter { filter.matches($0, now: now()) }
            return .folders(found, isCut: list.isCut, remark: remark)
        } catch {
            return .folders([], isCut: false, remark: error.lines.joined(separator: " "))
        }
    }

    /// Everything that is known of one message.
    ///
    /// An accepted one lies among a day's others, so its file is looked for only when somebody asks.
    func look(at id: String, wantsFile: Bool, isOperator: Bool) -> MessageView {
        var view = MessageView(id: id, isOperator: isOperator, now: now())
        do {
            view.record = try ledger?.message(id)
            if view.record != nil { view.events = try ledger?.events(of: id) ?? [] }
        } catch {
            view.remarks.append("The ledger cannot be read: \(words(error))")
        }
        let isAccepted = view.record?.last == MessageEvent.Kind.sent.rawValue
        view.hasLooked = wantsFile || !isAccepted
        if view.hasLooked {
            view.glance = try? MessageGlance(folders, id: id, pickup: view.record?.pickup)
            if let mask { view.glance = view.glance?.masked(by: mask) }
        }
        view.isPrivate = mask != nil
        if let glance = view.glance, glance.folder == "queue" {
            let answer = FlowAnswer(snapshot(), now: view.now)
            view.waits = answer.reasons(of: glance.pickup, routes: routes(of: glance.pickup))
        }
        return view
    }

    private func routes(of pickup: String) -> [String] {
        settings.pickups.first { $0.name == pickup }?.routes ?? []
    }

    /// Does to a message what an operator wants.
    func carryOut(_ verb: MessageVerb, _ id: String, by visitor: Visitor) -> CommandResult {
        do throws(CommandRefusal) {
            return try MessageActions(verb, folders, actor: "dashboard: \(visitor.name)").run([id])
        } catch {
            return CommandResult(complaints: error.lines, status: error.status)
        }
    }
}

extension MessageFilter {
    /// Whether a message in a folder answers to it, as far as its name tells.
    fileprivate func matches(_ message: ListedMessage, now: Int64) -> Bool {
        if let state, !state.folders.contains(message.folder) { return false }
        if let age, let since = message.since, since < now - age.microseconds { return false }
        guard let text = text?.lowercased() else { return true }
        return message.file.lowercased().contains(text) || message.name.lowercased().contains(text)
    }
}
