extension Relay {
    /// Serves the dashboard and the metrics where the settings have `[http]`, until the task is cancelled.
    func serveDashboard() async {}
}
