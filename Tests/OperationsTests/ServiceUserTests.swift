import CLinux
import Glibc
import Settings
import TestSupport
import Testing

@testable import Operations

@Suite("Service user")
struct ServiceUserTests {
    typealias Owner = ServiceUser.FolderOwner

    private func owner(_ user: UInt32, _ path: String = "/drop") -> Owner {
        Owner(path: path, user: user, group: user + 1000)
    }

    @Test func `root becomes the one user the folders belong to`() {
        let owners = [owner(200), owner(0), owner(200)]
        #expect(ServiceUser(owners: owners, asRoot: true) == .become(user: 200, group: 1200))
    }

    @Test func `root stays root where the folders are root's, or none is there`() {
        #expect(ServiceUser(owners: [owner(0), owner(0)], asRoot: true) == .unchanged)
        #expect(ServiceUser(owners: [], asRoot: true) == .unchanged)
    }

    @Test func `anybody else stays who they are`() {
        #expect(ServiceUser(owners: [owner(200), owner(300)], asRoot: false) == .unchanged)
    }

    @Test func `folders of several users are refused with their owners`() throws {
        let owners = [owner(4_000_001, "/a"), owner(0, "/b"), owner(4_000_002, "/c")]
        let user = ServiceUser(owners: owners, asRoot: true)
        let error = #expect(throws: CommandRefusal.self) { try user.adopt() }
        #expect(
            error?.lines == [
                "The folders belong to several users, so it is not clear whom the daemon runs as; "
                    + "give them all to one user, or run this as the right one.",
                "  /a belongs to 4000001",
                "  /c belongs to 4000002",
            ]
        )
        #expect(error?.status == .settings)
    }

    @Test func `the owners of network mounts say nothing`() throws {
        let relay = try TestRelay()
        let other = try relay.scratch.makeFolder("mount")
        guard chown(other, 4_000_001, 4_000_001) == 0 else { return }
        relay.settings.pickups.append(PickupSettings(name: "nas", path: other, routes: ["m365"]))
        #expect(
            ServiceUser(for: relay.settings) == .become(user: 4_000_001, group: 4_000_001)
        )
        relay.settings.pickups[1].writers = .trusted
        #expect(ServiceUser(for: relay.settings) == .unchanged)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can become somebody else"))
    func `root that became the service user cannot go back`() async {
        await #expect(processExitsWith: .success) {
            try ServiceUser.become(user: 4_000_001, group: 4_000_002).adopt()
            #expect(geteuid() == 4_000_001 && getuid() == 4_000_001)
            #expect(getegid() == 4_000_002 && getgid() == 4_000_002)
            var groups = [gid_t](repeating: 0, count: 64)
            #expect(getgroups(64, &groups) == 1 && groups[0] == 4_000_002)
            #expect(setuid(0) == -1)
        }
    }

    // What grep finds is its own state: that of the program which is started next.
    @Test(.enabled(if: canLease, "needs root with CAP_LEASE"))
    func `the program started next has the right to leases and nothing else`() async {
        await #expect(processExitsWith: .success) {
            #expect(linux_become_user(4_000_001, 4_000_001, 1) == 1)
            #expect(setuid(0) == -1)
            let words = ["grep", "-qx", "CapEff:\t0000000010000000", "/proc/self/status"]
            var arguments = words.map { strdup($0) } + [nil]
            execvp("grep", &arguments)
        }
    }

    @Test(.enabled(if: canLease, "needs root with CAP_LEASE"))
    func `without being asked to it has no right at all`() async {
        await #expect(processExitsWith: .success) {
            #expect(linux_become_user(4_000_001, 4_000_001, 0) == 0)
            let words = ["grep", "-qx", "CapPrm:\t0000000000000000", "/proc/self/status"]
            var arguments = words.map { strdup($0) } + [nil]
            execvp("grep", &arguments)
        }
    }

    /// Whether this process is root and may pass CAP_LEASE on.
    private static var canLease: Bool {
        let status = String(decoding: (try? readFile("/proc/self/status")) ?? [], as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapPrm:\t") }
        let permitted = line.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
        return geteuid() == 0 && permitted >> 28 & 1 == 1
    }
}
