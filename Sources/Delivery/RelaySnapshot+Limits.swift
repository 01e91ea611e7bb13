extension RelaySnapshot.PickupStatus {
    /// The limit of its own that keeps its messages waiting, if one does, and until when.
    package var usedUp: (words: String, roomInSeconds: Int64)? {
        guard waiting + deferred > 0 else { return nil }
        let limits = [(messages, "messages"), (recipients, "recipients")]
        return limits.lazy.compactMap { gauge, what in
            guard let gauge, let limit = gauge.limit, gauge.used >= limit else { return nil }
            let span = gauge.seconds >= 86_400 ? "in a day" : "in an hour"
            return ("\(limit) \(what) \(span)", gauge.roomInSeconds)
        }
        .first
    }

    /// What to do when a limit of its own is used up.
    package var rateAdvice: String {
        "Find out why the program writes so many messages. If they should not go, stop it and set "
            + "them aside: postchute hold --all --pickup \(name). If they should, raise max_per_hour "
            + "or max_recipients_per_day of the pickup and reload."
    }
}

extension DiskStatus {
    /// What to do about a disk that is low.
    package static let advice =
        "Make room: remove what is old in sent/ and failed/, or enlarge the file system. Mail goes "
        + "on by itself then."
}
