internal import Delivery

extension MessageEvent.Kind {
    /// Where a message stands after this event, in a word or two.
    var state: String {
        switch self {
        case .dropped: "in the drop folder"
        case .claimed: "waiting"
        case .sent: "accepted"
        case .partSent: "accepted for some"
        case .deferred: "to be retried"
        case .uncertain: "not known"
        case .returned, .retried, .released: "back in the queue"
        case .failed: "failed"
        case .held, .setAside: "held"
        case .taken: "taken by hand"
        case .removed: "removed"
        case .expired: "removed by age"
        }
    }

    /// The same in a sentence.
    var sentence: String {
        switch self {
        case .dropped: "It lies in the drop folder and was not taken yet."
        case .claimed: "It waits for its first attempt."
        case .sent: "The server accepted it for everybody; what becomes of it then is the server's."
        case .partSent: "The server accepted it for some; the others are offered at once."
        case .deferred: "The server did not take it yet; Postchute tries again by itself."
        case .uncertain:
            "A possible duplicate: nobody knows whether the server accepted it, since the "
                + "connection ended before its reply."
        case .returned: "It is back in the queue, for no fault of its own."
        case .failed: "It was not sent."
        case .held, .setAside: "It is set aside and waits for a person."
        case .taken: "Somebody took its file out of the queue."
        case .retried, .released: "An operator put it back into the queue."
        case .removed: "An operator removed it."
        case .expired: "It was removed because of its age or for want of room."
        }
    }

    /// What happened, for a line of a timeline.
    var occurrence: String {
        switch self {
        case .dropped: "Dropped"
        case .claimed: "Taken in"
        case .sent: "Accepted by the server"
        case .partSent: "Accepted for some"
        case .deferred: "Put off"
        case .uncertain: "Possibly accepted"
        case .returned: "Put back into the queue"
        case .failed: "Failed"
        case .held: "Held"
        case .taken: "Taken out of the queue"
        case .retried: "Put back to be retried"
        case .released: "Released"
        case .setAside: "Set aside"
        case .removed: "Removed"
        case .expired: "Removed by age or size"
        }
    }

    /// The tone it is shown in.
    var tone: String {
        switch self {
        case .sent: "good"
        case .failed: "bad"
        case .partSent, .deferred, .uncertain, .held, .setAside, .taken: "warn"
        case .dropped, .claimed, .returned, .retried, .released, .removed, .expired: "plain"
        }
    }
}

extension MessageEvent.Recipient.Outcome {
    /// The tone it is shown in.
    var tone: String {
        switch self {
        case .pending: "plain"
        case .accepted: "good"
        case .refused: "bad"
        }
    }
}
