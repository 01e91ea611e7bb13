internal import Glibc

/// What this process uses (proc(5), getrusage(2)).
struct ProcessUse {
    var residentOctets: Int64?
    var processorSeconds: Double
    var descriptors: Int?
    var descriptorLimit: UInt64

    /// Looks now.
    static func now() -> ProcessUse {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return ProcessUse(
            residentOctets: resident(),
            processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            descriptors: openDescriptors(),
            descriptorLimit: UInt64(limit.rlim_cur)
        )
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    private static func resident() -> Int64? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &octets, octets.count)
        guard count > 0 else { return nil }
        let words = String(decoding: octets.prefix(count), as: UTF8.self).split(separator: " ")
        guard words.count > 1, let pages = Int64(words[1]) else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func openDescriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without ".", ".." and the folder's own.
        return count - 3
    }
}
