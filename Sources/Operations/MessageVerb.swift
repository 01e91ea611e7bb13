internal import Spool

/// What an operator can do to a message.
package enum MessageVerb: String, Hashable, Sendable, CaseIterable {
    /// Failed messages go back into the queue; deferred ones are due at once.
    case retry
    /// Waiting or failed messages are set aside.
    case hold
    /// Messages set aside go back into the queue.
    case release
    /// A message goes, with its reason and its history.
    case remove

    /// The folders whose messages the verb is for.
    var folders: [ListedFolder] {
        switch self {
        case .retry: [.failed, .queue]
        case .hold: [.queue, .failed]
        case .release: [.held]
        case .remove: [.queue, .failed, .held]
        }
    }
}

/// What a verb comes down to for a message where it lies.
enum VerbPlan: Hashable, Sendable {
    /// Do it; the sentence is true afterwards.
    case act(VerbAction, String)
    /// It is so already, as the sentence says.
    case nothing(String)
    /// It cannot be; the sentence says why and what would help.
    case refuse(String, ExitStatus)
}

/// The one change of a verb.
enum VerbAction: Hashable, Sendable {
    /// Into the queue, and due at once.
    case toQueue
    case toHeld
    case delete
}

extension MessageVerb {
    /// Decides by the folder, and in the queue by whether the message has a history.
    ///
    /// `hasDaemon` says whether somebody could have the message on the wire; `name` is what to call
    /// it in a command to type.
    func plan(
        for place: SpoolFolder,
        wasTried: Bool,
        hasDaemon: Bool,
        name: String
    ) -> VerbPlan {
        switch (self, place) {
        case (_, .sending): Self.onTheWire(hasDaemon)
        case (.retry, .failed): .act(.toQueue, "is back in the queue, due at once.")
        case (.retry, .queue) where wasTried: .act(.toQueue, "is due at once.")
        case (.retry, .queue): .nothing("waits for its first attempt already.")
        case (.retry, .held):
            .refuse("is set aside; to send it: postchute release \(name)", .data)
        case (.hold, .queue), (.hold, .failed):
            .act(.toHeld, "is set aside; to send it: postchute release \(name)")
        case (.hold, .held): .nothing("is set aside already.")
        case (.release, .held): .act(.toQueue, "is back in the queue, due at once.")
        case (.release, .queue): .nothing("is in the queue already.")
        case (.release, .failed):
            .refuse("failed; to send it again: postchute retry \(name)", .data)
        case (.retry, .sent(let day)), (.release, .sent(let day)):
            .refuse(
                "was accepted on \(day); to send it again, copy its file to the drop folder.",
                .data
            )
        case (.hold, .sent(let day)):
            .refuse("was accepted on \(day); there is nothing left to hold.", .data)
        case (.remove, .queue), (.remove, .failed), (.remove, .held):
            .act(.delete, "is removed.")
        case (.remove, .sent(let day)):
            .act(.delete, "is removed; the server accepted it on \(day) and keeps its copy.")
        case (_, .state): .refuse("is no message.", .data)
        }
    }

    private static func onTheWire(_ hasDaemon: Bool) -> VerbPlan {
        hasDaemon
            ? .refuse(
                "is being sent right now, and nobody can call it back; try again in a minute.",
                .tryLater
            )
            : .refuse(
                "was being sent when Postchute ended, and may have been accepted; start "
                    + "Postchute, which settles it as when_uncertain says.",
                .tryLater
            )
    }
}
