import Glibc

/// What a test waited for and did not see.
package struct WaitError: Error, CustomStringConvertible {
    /// The sentence the test failure shows.
    package let description: String

    /// Creates an error that says what was waited for.
    package init(_ description: String) {
        self.description = description
    }
}

/// How much slower and larger than usual everything is: sanitized programs take many times as long,
/// and remember what they have freed.
package enum Patience {
    /// Set by `scripts/sanitize`; 1 without it.
    package static let factor =
        getenv("POSTCHUTE_PATIENCE").flatMap { Int(String(cString: $0)) } ?? 1
}

/// What stands before the command line of a program that a tracer starts.
///
/// LeakSanitizer traces the process itself when that ends, and waits for ever where somebody else does.
package var tracedLauncher: [String] {
    guard let options = getenv("ASAN_OPTIONS") else { return [] }
    return ["env", "ASAN_OPTIONS=\(String(cString: options)):detect_leaks=0"]
}

/// Waits until a condition holds, looking at it every few milliseconds.
///
/// The limit is how long the condition may take on a slow machine, not how long it usually takes,
/// and is multiplied by ``Patience/factor``; `what` completes "waited for …" in the failure. An
/// error of the condition ends the waiting.
///
/// - Throws: ``WaitError`` when the limit has passed.
package func waitUntil(
    limit: Duration = .seconds(30),
    _ what: @autoclosure () -> String = "a condition",
    isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let limit = limit * Patience.factor
    let deadline = clock.now + limit
    var pause = Duration.milliseconds(1)
    while try await !condition() {
        guard clock.now < deadline else {
            throw WaitError("waited \(limit) for \(what()) in vain")
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(10))
    }
}
