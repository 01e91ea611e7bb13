internal import Synchronization

extension WebCore {
    /// The fault a script has asked for at a point.
    func takeFault(at point: WebFault.Point) -> WebFault? {
        book.withLock { $0.faults.take(at: point) }
    }

    /// Answers the addresses by which a script asks for faults and revokes sign-ins.
    ///
    /// `POST /sandbox/faults` takes `at`, `fault` and `times`; `DELETE` forgets them.
    /// `POST /sandbox/revoke` takes `mailbox`; without one it revokes every access token.
    func controlAnswer(_ ask: WebAsk) -> WebAnswer {
        switch (ask.method, ask.path.dropFirst()) {
        case ("POST", ["faults"]): return addFault(ask.form)
        case ("DELETE", ["faults"]):
            book.withLock { $0.faults.clear() }
            return WebAnswer(204)
        case ("POST", ["revoke"]):
            guard let mailbox = ask.form?["mailbox"] else {
                tenant.revokeTokens()
                return WebAnswer(204)
            }
            book.withLock { $0.signIns.revoke(mailbox, at: tenant.now) }
            return WebAnswer(204)
        default: return Self.notFound
        }
    }

    private func addFault(_ form: FormFields?) -> WebAnswer {
        guard let point = form?["at"].flatMap({ WebFault.Point(rawValue: $0) }) else {
            let points = WebFault.Point.allCases.map(\.rawValue).joined(separator: ", ")
            return .text(400, "The field \"at\" is one of \(points).")
        }
        guard let fault = form?["fault"].flatMap({ WebFault(words: $0) }) else {
            return .text(
                400,
                "The field \"fault\" is a fault such as 429, 503-retry-7, timeout or AADSTS53003."
            )
        }
        let times = form?["times"].map { Int($0) ?? 0 } ?? 1
        guard (1...1_000_000).contains(times) else {
            return .text(400, "The field \"times\" is a number from 1 on.")
        }
        guard book.withLock({ $0.faults.add(fault, at: point, times: times) }) else {
            return .text(409, "Too many faults wait already.")
        }
        return WebAnswer(204)
    }
}
