extension Relay {
    /// Removes what is older than the settings keep, until the task is cancelled.
    func keepWithinRetention() async {}
}
