internal import Settings
internal import Synchronization

/// The settings in force, and who is told when a reload replaces them.
final class CurrentSettings: Sendable {
    /// Told of a reload, from any thread; must not block.
    typealias Observer = @Sendable (_ old: RelaySettings, _ new: RelaySettings) -> Void

    private struct State {
        var settings: RelaySettings
        var observers: [Observer] = []
    }

    private let state: Mutex<State>

    /// Begins with the settings of the start.
    init(_ settings: RelaySettings) { state = Mutex(State(settings: settings)) }

    /// The settings in force.
    var value: RelaySettings { state.withLock { $0.settings } }

    /// Has every later reload told, in order, once it is in force.
    func onChange(_ observer: @escaping Observer) {
        state.withLock { $0.observers.append(observer) }
    }

    /// The settings now and, after every reload, the newest; for `for await` in a service's task.
    ///
    /// A slow reader misses what was replaced meanwhile, never the last ones.
    func changes() -> AsyncStream<RelaySettings> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RelaySettings.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        state.withLock { state in
            continuation.yield(state.settings)
            state.observers.append { _, new in continuation.yield(new) }
        }
        return stream
    }

    /// Puts other settings in force and tells the observers; one caller at a time.
    func replace(with new: RelaySettings) {
        let (old, observers) = state.withLock { state in
            let old = state.settings
            state.settings = new
            return (old, state.observers)
        }
        for observer in observers { observer(old, new) }
    }
}
