extension MessageSpool {
    /// Barrier B1 for a thread that has nothing else to do; see ``makeContentDurable(_:named:)``.
    package func makeClaimDurable(
        _ file: MessageFile,
        named name: SpoolName
    ) throws(SpoolError) -> MessageFile {
        let durable = try makeContentDurable(file, named: name)
        return try Self.waiting { completion in
            whenClaimsAreDurable { completion($0.map { .failure($0) } ?? .success(durable)) }
        }
    }

    /// ``beginSending(_:file:then:)`` for a thread that has nothing else to do.
    package func beginSending(
        _ name: SpoolName,
        file: (any ClaimedContent)? = nil
    ) throws(SpoolError) {
        try Self.waiting { completion in
            beginSending(name, file: file) { completion($0.map { .failure($0) } ?? .success(())) }
        }
    }

    /// ``settleSent(_:hasHistory:then:)`` for a thread that has nothing else to do.
    package func settleSent(_ name: SpoolName) throws(SpoolError) -> MoveResult {
        try Self.waiting { settleSent(name, hasHistory: true, then: $0) }
    }

    private static func waiting<Value: Sendable>(
        _ begin: (@escaping @Sendable (Result<Value, SpoolError>) -> Void) -> Void
    ) throws(SpoolError) -> Value {
        let outcome = Monitor<Result<Value, SpoolError>?>(nil)
        begin { result in
            outcome.locked { $0 = result }
            outcome.wakeAll()
        }
        return try outcome.waiting { $0 }.get()
    }
}
