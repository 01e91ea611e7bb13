internal import ArgumentParser
internal import Operations

/// The pickup or the route that is paused or resumed, or all pickups.
struct PauseOption: ParsableArguments {
    @Argument(help: "The pickup.")
    var pickup: String?

    @Option(help: "A route instead of a pickup.")
    var route: String?

    @Flag(help: "Every pickup.")
    var all = false

    func validate() throws {
        let given = [pickup != nil, route != nil, all].filter { $0 }
        if given.count != 1 {
            throw ValidationError("Name a pickup, or a route with --route, or say --all.")
        }
    }

    /// What is meant; ``validate()`` has seen to it that it is one of the three.
    var target: PauseSwitch.Target {
        if all { return .everyPickup }
        return route.map { .route($0) } ?? .pickup(pickup ?? "")
    }
}
