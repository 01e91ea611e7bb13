extension Relay {
    /// Watches conditions and tells people, until the task is cancelled.
    func watchConditions() async {}
}
