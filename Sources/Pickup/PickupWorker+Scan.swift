internal import Spool

extension PickupWorker {
    /// Returns whether the folder is still there.
    func scanAll(_ looker: CandidateLooker) throws(SpoolError) -> Bool {
        let begin = now
        do throws(SpoolError) {
            try looker.spool.checkFolders()
            try looker.findFileSystem()
        } catch {
            miss(looker.spool, error)
            return false
        }
        // Before the first claim: a scan of a full folder takes a while.
        tellReadiness(looker)
        memory.beginScan()
        try scan([], looker)
        if isStopped() { return true }
        memory.endScan()
        let end = now
        let rest = max(Self.shortestScanRest, (end - begin) * Self.scanRest)
        earliestScan = end + rest
        let isCrowded = waiting.count >= hooks.memory
        nextScan =
            looker.fileSystem.keepsLeases && !isCrowded
            ? end + rules.scanInterval : end + max(rules.pollInterval, rest)
        return true
    }

    /// Scans one folder, and those below it where the pickup is recursive.
    func scan(_ root: [UInt8], _ looker: CandidateLooker) throws(SpoolError) {
        var folders = [root]
        var visited = 0
        while let folder = folders.popLast(), visited < Self.maximumFolders, !isStopped() {
            visited += 1
            do throws(SpoolError) {
                folders += try scanOne(folder, looker)
            } catch {
                try tolerate(error, in: folder, looker)
            }
            looker.forgetFolder()
        }
    }

    /// Scans one folder and returns its subfolders.
    func scanOne(
        _ path: [UInt8],
        _ looker: CandidateLooker
    ) throws(SpoolError) -> [[UInt8]] {
        let directory = try looker.directory(path)
        var subfolders: [[UInt8]] = []
        var failure: SpoolError?
        let depth = path.isEmpty ? 0 : path.count { $0 == UInt8(ascii: "/") } + 1
        let descends = rules.isRecursive && depth < PickupRules.maximumDepth
        try FolderReader.read(descriptor: directory.descriptor, path: directory.path) {
            octets,
            kind in
            let isCandidate = CandidateName.classify(octets, by: rules) == .candidate
            guard isCandidate || descends, let name = FileName(octets: octets) else {
                return !isStopped()
            }
            do throws(SpoolError) {
                let isFolder = descends ? try Self.isFolder(name, kind, in: directory) : false
                if kind == .folder, path.isEmpty, isReturning(name) {
                    try meet(CandidateKey(place: .drop(path), name: name), looker)
                } else if isCandidate, directory.isReserved(name) {
                    return !isStopped()
                } else if isFolder {
                    subfolders.append(path.isEmpty ? name.octets : path + [0x2F] + name.octets)
                } else if isCandidate {
                    try meet(CandidateKey(place: .drop(path), name: name), looker)
                }
            } catch {
                failure = error
            }
            return failure == nil && !isStopped()
        }
        if let failure { throw failure }
        return subfolders
    }

    /// Whether a folder may be a bundle that somebody has put back.
    private func isReturning(_ name: FileName) -> Bool {
        rules.documents != nil && SpoolName(octets: name.octets) != nil
    }

    /// Whether a recursive pickup looks into an entry.
    private static func isFolder(
        _ name: FileName,
        _ kind: FolderReader.Kind,
        in directory: DropDirectory
    ) throws(SpoolError) -> Bool {
        if name.octets.first == UInt8(ascii: ".") || directory.isReserved(name) { return false }
        return switch kind {
        case .folder: true
        case .regular, .other: false
        case .unknown: try directory.facts(name)?.isFolder ?? false
        }
    }

    /// What waits is looked at when it is due, not by every scan.
    private func meet(_ key: CandidateKey, _ looker: CandidateLooker) throws(SpoolError) {
        if waiting[key] == nil { try look(at: key, looker) }
    }

    /// A subfolder that went or is not safe is its own business; the drop folder is ours.
    func tolerate(
        _ error: SpoolError,
        in folder: [UInt8],
        _ looker: CandidateLooker
    ) throws(SpoolError) {
        guard let slash = folder.isEmpty ? nil : folder.lastIndex(of: UInt8(ascii: "/")) ?? -1,
            let name = FileName(octets: folder[(slash + 1)...])
        else { throw error }
        switch error.kind {
        case .vanished: return
        case .notPlain, .unsafe, .denied, .changed:
            let key = CandidateKey(place: .drop(Array(folder[..<max(slash, 0)])), name: name)
            if memory.rememberFolder(key) { tell(key, .unusableFolder(error), looker) }
        case .exists, .noSpace, .lowSpace, .readOnly, .io, .sick, .crossDevice, .locked, .busy,
            .corrupt,
            .onTheWire, .other:
            throw error
        }
    }
}
