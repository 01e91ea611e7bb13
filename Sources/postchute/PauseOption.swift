internal import ArgumentParser
internal import Operations

/// The pickup or the route that is paused or resumed.
struct PauseOption: ParsableArguments {
    @Argument(help: "The pickup.")
    var pickup: String?

    @Option(help: "A route instead of a pickup.")
    var route: String?

    func validate() throws {
        if (pickup == nil) == (route == nil) {
            throw ValidationError("Name a pickup, or a route with --route.")
        }
    }

    /// What is meant; ``validate()`` has seen to it that it is one of the two.
    var target: PauseSwitch.Target { route.map { .route($0) } ?? .pickup(pickup ?? "") }
}
