extension Relay {
    /// Begins to keep the ledger, before anything can happen that belongs into it.
    func startLedger() async {}

    /// Writes what is left of the ledger, after everything has happened.
    func stopLedger() async {}
}
