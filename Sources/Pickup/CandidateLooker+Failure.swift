internal import Glibc
internal import Spool

extension CandidateLooker {
    /// What one look has found so far.
    struct Look {
        let key: CandidateKey
        let now: PickupTime
        var facts: FileFacts?
        var file: OpenFile?
        var hasLease = false
        /// Whether it is a document that may be sent.
        var isFit = false

        var isBelowDrop: Bool {
            switch key.place {
            case .drop(let path): !path.isEmpty
            case .queue: false
            }
        }
    }

    /// What a claim that failed means for the file and the pickup.
    func outcome(ofClaim error: SpoolError, _ look: Look) -> LookOutcome {
        switch error.kind {
        case .vanished:
            // The file, or the folder it was to go to.
            do throws(SpoolError) { try spool.checkFolders() } catch { return .trouble(error) }
            return .gone
        case .exists, .changed, .busy, .notPlain: return .raced(nil)
        // A writer can have the name stand for a folder of its own at the moment of the move, and
        // must not stop the pickup by that.
        case .denied where isAboutTheFile(error, look): return .raced(.immovable)
        case .crossDevice where look.isBelowDrop:
            return look.facts.map { .left(.otherFileSystem, $0) } ?? .gone
        case .noSpace, .lowSpace, .denied, .readOnly, .io, .sick, .crossDevice, .unsafe, .locked,
            .corrupt,
            .onTheWire, .other:
            return .trouble(error)
        }
    }

    /// Whether it was the file's first move that was denied, and not for the sake of the folders.
    ///
    /// What comes after that move, on the way to another file system, is the spool's business.
    private func isAboutTheFile(_ error: SpoolError, _ look: Look) -> Bool {
        guard case .drop(let path) = look.key.place, error.call == "move",
            let directory = try? directory(path),
            error.path == directory.path + [UInt8(ascii: "/")] + look.key.name.octets
        else { return false }
        return spool.mayMove(from: directory)
    }

    /// What it means that a file could not be looked into.
    func outcome(of error: SpoolError, _ look: Look) -> LookOutcome {
        guard let facts = look.facts else { return outcome(ofFolder: error, look) }
        switch error.kind {
        case .vanished: return .gone
        case .denied: return .left(.unreadable(owner: facts.user, mode: facts.mode), facts)
        case .io: return .left(.damaged, facts)
        case .notPlain: return .left(.symbolicLink, facts)
        case .exists, .changed, .busy: return .raced(nil)
        // Somebody else's lease: the open would have waited.
        case .other where error.number == EAGAIN: return .raced(nil)
        case .other where error.number == ENXIO: return .left(.device, facts)
        case .noSpace, .lowSpace, .readOnly, .sick, .crossDevice, .unsafe, .locked, .corrupt,
            .onTheWire,
            .other:
            return .trouble(error)
        }
    }

    /// Nothing is known of the file yet: its folder went or was replaced.
    private func outcome(ofFolder error: SpoolError, _ look: Look) -> LookOutcome {
        switch error.kind {
        case .vanished, .notPlain, .unsafe, .changed: .gone
        case .exists, .busy, .noSpace, .lowSpace, .denied, .readOnly, .io, .sick, .crossDevice,
            .locked,
            .corrupt, .onTheWire, .other:
            .trouble(error)
        }
    }
}
