/// Which faults are tried.
enum FaultMatrix {
    /// The errors a call may answer with, the most likely one first.
    ///
    /// `EINTR` strikes once in each thread: a call that is interrupted for ever is no fault that a
    /// disk can have.
    static func errors(of call: String) -> [String] {
        switch call {
        case "openat": ["EMFILE", "EACCES", "EIO", "ESTALE", "ENOMEM", "EINTR"]
        case "statx", "newfstatat", "fstat": ["EIO", "ESTALE"]
        case "read", "pread64": ["EIO", "ESTALE", "EINTR"]
        case "write", "pwrite64": ["ENOSPC", "EDQUOT", "EIO", "EINTR"]
        case "renameat2", "renameat", "rename", "linkat":
            ["ENOSPC", "EDQUOT", "EACCES", "EROFS", "EIO", "ESTALE", "EINTR"]
        case "mkdirat": ["ENOSPC", "EDQUOT", "EROFS"]
        case "unlinkat": ["EACCES", "EROFS", "EIO"]
        case "fsync", "fdatasync": ["EIO", "ENOSPC", "EINTR"]
        case "fcntl": ["EACCES", "EINVAL", "ENOMEM"]
        case "utimensat", "fchmod", "fchown": ["EIO", "EROFS"]
        default: ["EIO"]
        }
    }

    /// What is tried of the recordings: all of it when there is time, else each call once where a
    /// message changes its place, and each other call once, with its most likely error.
    static func chosen(of recordings: [FaultFlow: FaultRecording]) -> [Fault] {
        var known: Set<String> = []
        return FaultFlow.allCases.flatMap { flow in
            recordings[flow]?.sites.flatMap { faults(flow, $0) } ?? []
        }.filter { fault in
            let isMove = ["renameat2", "mkdirat", "fsync"].contains(fault.call)
            let place = LongRun.isOn || isMove ? fault.place?.path ?? "-" : ""
            let error = LongRun.isOn ? fault.error : ""
            return known.insert("\(fault.call) \(place) \(error)").inserted
        }
    }

    private static func faults(_ flow: FaultFlow, _ site: FaultRecording.Site) -> [Fault] {
        // Where a name has the id, strace can only be told of it once there is an id; the calls on
        // the claimed file itself are met wherever they are made.
        let isOnClaimed = site.place.path.hasSuffix(".eml") && !site.place.isKnownBefore
        let needsID = !site.place.isKnownBefore && !isOnClaimed
        // Before the claim there is no time to learn the id; and a name is opened through its
        // folder, which is the place strace sees.
        if needsID && !flow.meetsServerTwice { return [] }
        if site.call == "openat" && !site.place.isFolder { return [] }
        return errors(of: site.call).map { error in
            Fault(
                flow: flow,
                call: site.call,
                place: isOnClaimed ? nil : site.place,
                error: error,
                when: error == "EINTR" ? "1" : "1+",
                phase: needsID ? .onTheWire : .before
            )
        }
    }
}
