import Synchronization
import Testing

/// Notices issues that are recorded while a piece of a test runs.
final class IssueWatch: Sendable {
    private let seen = Atomic(false)

    /// Whether an issue was recorded inside ``run(_:)``.
    var hasSeenIssue: Bool { seen.load(ordering: .acquiring) }

    /// Runs the body; issues still reach the test.
    func run<Value>(_ body: () async throws -> Value) async throws -> Value {
        guard let test = Test.current else { return try await body() }
        let trait = IssueHandlingTrait.compactMapIssues { issue in
            self.seen.store(true, ordering: .releasing)
            return issue
        }
        return try await withoutActuallyEscaping(body) { body in
            // unsafe because the scope runs the body once, before it returns, and nobody else
            // touches these in the meantime.
            nonisolated(unsafe) let body = body
            nonisolated(unsafe) var result: Value?
            try await trait.provideScope(for: test, testCase: Test.Case.current) {
                result = try await body()
            }
            guard let result else { throw WaitError("the body of the test did not run") }
            return result
        }
    }
}
