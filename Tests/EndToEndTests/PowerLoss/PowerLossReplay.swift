import Glibc
import TestSupport

/// Starts a daemon on what power cuts left, and says how the promise was broken.
///
/// Every pickup of the daemon is a computer of its own after a power cut of its own; no message is
/// twice in one of them.
struct PowerLossReplay {
    /// What one pickup is laid out with.
    struct Scene: Sendable {
        let pickup: TrialPickup
        /// By the key of the message.
        var cases: [String: MessageCase]
        /// What the scene is about.
        var label = ""
    }

    /// How many pickups one daemon has.
    private static let mostScenes = 96

    /// Spreads cases over as few pickups as hold them.
    static func scenes(_ cases: some Sequence<MessageCase>, label: String = "") -> [Scene] {
        var scenes: [TrialPickup: [Scene]] = [:]
        var used: [String: Int] = [:]
        for item in cases {
            let (pickup, key) = (item.message.pickup, item.message.key)
            let index = used[key, default: 0]
            used[key] = index + 1
            if scenes[pickup, default: []].count <= index {
                scenes[pickup, default: []].append(Scene(pickup: pickup, cases: [:], label: label))
            }
            scenes[pickup]?[index].cases[key] = item
        }
        return TrialPickup.allCases.flatMap { scenes[$0] ?? [] }
    }

    /// Replays scenes, with as many daemons as they need, one after another.
    ///
    /// What is not finished within the limit is a violation.
    static func violations(
        _ scenes: [Scene],
        delivered: [String: [MessageOutcome.Delivery]],
        limit: Duration = .seconds(180)
    ) async throws -> [Violation] {
        var found: [Violation] = []
        for start in stride(from: 0, to: scenes.count, by: mostScenes) {
            let part = scenes[start..<min(start + mostScenes, scenes.count)]
            found += try await ReplayRun.run(Array(part), delivered, limit)
        }
        return found
    }
}

/// A broken promise.
struct Violation: Sendable, CustomStringConvertible {
    let item: MessageCase
    let sentence: String
    /// What the scene was about.
    var label = ""

    var description: String {
        let files = item.remains.files.map { file in
            "\(file.path)\(file.isWhole ? "" : " (not whole)")"
        }
        return "\(item.message.key): \(sentence); left were \(files), known was \(item.knowledge)"
    }
}
