internal import Delivery
internal import EventLog
internal import FoundationEssentials
internal import Settings
internal import Spool
internal import Synchronization

extension AlertDesk {
    /// Seconds between attempts to send one notice; the last one again and again.
    private static let pauses: [Int64] = [10, 60, 300, 900, 3600]
    /// A notice older than this is dropped, in microseconds.
    private static let maximumAge: Int64 = 86_400_000_000

    /// Sends what is to be told, by one sender for each channel's name, until the task is cancelled.
    package func run(
        _ senders: [String: any AlertSender],
        now: @escaping @Sendable () -> Int64
    )
        async
    {
        await withDiscardingTaskGroup { group in
            for (name, sender) in senders {
                group.addTask { await self.serve(name, sender, now) }
            }
            group.addTask { await self.keepState() }
        }
        await save()
    }

    private func keepState() async {
        while !Task.isCancelled {
            await save()
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private func serve(
        _ name: String,
        _ sender: any AlertSender,
        _ now: @Sendable () -> Int64
    ) async {
        while !Task.isCancelled {
            if let notice = due(name, at: now()) {
                // What is on its way must be known after a crash: it is sent again then.
                await save()
                let failure = await sender.send(notice)
                if Task.isCancelled, failure != nil { return }
                settle(name, notice, failure, at: now())
                await save()
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func due(_ name: String, at now: Int64) -> Notice? {
        state.withLock { state in
            guard let notice = state.books[name]?.outgoing else { return nil }
            // Due ahead of every pause: the clock was set back.
            let due = state.troubles[name]?.due ?? 0
            return due <= now || due - now > 3_600_000_000 ? notice : nil
        }
    }

    private func settle(
        _ name: String,
        _ notice: Notice,
        _ failure: String?,
        at now: Int64
    ) {
        var line = LogLine(.info, "alert-sent")
        state.withLock { state in
            guard let failure else {
                // A mail that waits in its folder has not arrived yet.
                let isMail = state.settings.channels.contains {
                    $0.name == name && $0.means.kind == .mail
                }
                if !isMail { state.troubles[name] = nil }
                state.books[name]?.sent()
                return state.isChanged = true
            }
            var trouble = state.troubles[name] ?? ChannelTrouble()
            let pause = Self.pauses[min(trouble.attempts, Self.pauses.count - 1)]
            trouble.attempts += 1
            trouble.reason = failure
            trouble.due = now + pause * 1_000_000
            state.troubles[name] = trouble
            line = LogLine(.warning, "alert-not-sent").adding("reason", failure)
            if now - notice.at > Self.maximumAge {
                state.books[name]?.sent()
                state.isChanged = true
                line.add("then", "dropped")
            } else {
                line.add("retry_in_s", pause)
            }
        }
        log.write(line.adding("channel", name))
    }

    /// Writes what was told, if something has changed since the last time.
    private func save() async {
        await withCheckedContinuation { done in
            threads.runAnyway {
                self.saveNow()
                done.resume()
            }
        }
    }

    private func saveNow() {
        saving.withLock { wasTold in
            let books: [String: AlertBook]? = state.withLock { state in
                guard state.isChanged else { return nil }
                state.isChanged = false
                return state.books.merging([Self.boardName: state.board]) { $1 }
            }
            guard let books, let octets = try? JSONEncoder().encode(books) else { return }
            do throws(SpoolError) {
                try file.replace(with: Array(octets))
                wasTold = false
            } catch {
                state.withLock { $0.isChanged = true }
                if !wasTold { warn("alerts-not-saved", error.fullSentence) }
                wasTold = true
            }
        }
    }
}

/// Sends notices to people.
package protocol AlertSender: Sendable {
    /// Sends a notice; returns why it did not arrive, in a sentence without secrets, or `nil`.
    func send(_ notice: Notice) async -> String?
}
