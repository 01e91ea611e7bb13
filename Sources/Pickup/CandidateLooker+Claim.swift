internal import CLinux
internal import Glibc
internal import MailMessage
internal import Spool

extension CandidateLooker {
    /// The marker that says a file is ready, where markers are asked for.
    func marker(of key: CandidateKey) throws(SpoolError) -> FileName? {
        guard case .marker(let suffix) = rules.ready, case .drop(let path) = key.place else {
            return nil
        }
        let directory = try directory(path)
        for name in CandidateName.markers(of: key.name, suffix: suffix)
        where try directory.facts(name) != nil {
            return name
        }
        return nil
    }

    /// Takes a file that was found ready out of its writer's reach.
    func claim(_ look: Look, truncated: Completeness?) -> LookOutcome {
        guard let file = look.file, let facts = look.facts else { return .gone }
        // A writer waits in open() for our lease: it was first. It gets the file, we look again.
        if look.hasLease && linux_lease(file.descriptor) != F_RDLCK {
            return .raced(nil)
        }
        // The lease goes with the descriptor at the end of this look, right after the rename.
        do throws(SpoolError) {
            let marker = try marker(of: look.key)
            let outcome =
                if let truncated {
                    try hold(look.key, file, facts, truncated)
                } else if let bundles, look.isFit, case .drop(let path) = look.key.place {
                    try collect(look.key.name, facts, from: path, bundles, at: look.now)
                } else {
                    try take(look.key, file, facts)
                }
            if let marker, case .drop(let path) = look.key.place {
                // What a failure leaves is a marker without a file, which means nothing.
                _ = try? directory(path).remove(marker)
            }
            return outcome
        } catch {
            return outcome(ofClaim: error, look)
        }
    }

    /// Where the folder of a document may be its recipient, it must survive the claim.
    private var keepsFolders: Bool { rules.documents != nil && rules.isRecursive }

    /// Moves a document into the bundle of its folder; one of a name that the bundle has begins the
    /// next.
    private func collect(
        _ name: FileName,
        _ facts: FileFacts,
        from path: [UInt8],
        _ bundles: BundleCollector,
        at now: PickupTime
    ) throws(SpoolError) -> LookOutcome {
        let directory = try directory(path)
        for isLast in [false, true] {
            do throws(SpoolError) {
                let bundle = try spool.collect(
                    name,
                    in: directory,
                    facts: facts,
                    into: bundles.joinable(path, octets: facts.size)
                )
                bundles.add(bundle, to: path, at: now.monotonic)
                return .collected
            } catch {
                guard error.kind == .exists, !isLast else { throw error }
                bundles.close(path)
            }
        }
        return .raced(nil)
    }

    private func take(
        _ key: CandidateKey,
        _ file: OpenFile,
        _ facts: FileFacts
    ) throws(SpoolError) -> LookOutcome {
        let (name, isStray) = (try claim(key, file, facts), key.place == .queue)
        return .claimed(
            ClaimedFile(name: name, original: key.name, facts: facts, isStray: isStray)
        )
    }

    private func claim(
        _ key: CandidateKey,
        _ file: OpenFile,
        _ facts: FileFacts
    ) throws(SpoolError) -> SpoolName {
        let descriptor = file.descriptor
        switch key.place {
        case .drop(let path):
            let directory = try directory(path)
            return try spool.claim(
                key.name,
                in: directory,
                descriptor: descriptor,
                facts: facts,
                keepingFolder: keepsFolders
            )
        case .queue: return try spool.adopt(stray: key.name, descriptor: descriptor, facts: facts)
        }
    }

    private func hold(
        _ key: CandidateKey,
        _ file: OpenFile,
        _ facts: FileFacts,
        _ completeness: Completeness
    ) throws(SpoolError) -> LookOutcome {
        let text = HeldReason.text(
            of: completeness,
            patience: rules.patience,
            file: key.name,
            size: facts.size
        )
        let reason = Array(text.utf8)
        let name: SpoolName
        switch key.place {
        case .drop(let path):
            name = try spool.hold(
                unclaimed: key.name,
                in: try directory(path),
                descriptor: file.descriptor,
                facts: facts,
                reason: reason,
                keepingFolder: keepsFolders
            )
        case .queue:
            name = try spool.hold(
                stray: key.name,
                descriptor: file.descriptor,
                facts: facts,
                reason: reason
            )
        }
        return .held(HeldFile(name: name, original: key.name, completeness: completeness))
    }
}
