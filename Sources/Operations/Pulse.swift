internal import Synchronization

/// Asks the parts of a daemon that must not hang whether they answer.
package final class Pulse: Sendable {
    /// A part and how it is asked: it answers by the closure, from wherever it works.
    package typealias Part = (
        name: String, ask: @Sendable (_ answer: @escaping @Sendable () -> Void) -> Void
    )

    private let parts: [Part]
    private let silent = Mutex<Set<String>>([])

    /// Creates the pulse of some parts; nobody is asked before the first ``beat()``.
    package init(_ parts: [Part]) { self.parts = parts }

    /// The parts that have not answered since they were asked, in order; where there are none, asks
    /// all of them anew.
    package func beat() -> [String] {
        let missing = silent.withLock { silent in
            let missing = silent
            if missing.isEmpty { silent = Set(parts.map(\.name)) }
            return missing
        }
        guard missing.isEmpty else { return parts.map(\.name).filter(missing.contains) }
        for (name, ask) in parts { ask { [self] in silent.withLock { _ = $0.remove(name) } } }
        return []
    }
}
