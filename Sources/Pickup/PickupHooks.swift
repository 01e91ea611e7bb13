internal import CLinux

/// What a pickup asks the system beyond its spool; replaced by tests.
package struct PickupHooks: Sendable {
    /// The clocks.
    package var now: @Sendable () -> PickupTime = { .now() }
    /// Takes a read lease on an open file; zero or −errno.
    package var takeLease: @Sendable (Int32) -> Int32 = { linux_take_read_lease($0) }
    /// The magic number of a file system, from what the kernel says it is.
    package var fileSystem: @Sendable (UInt32) -> UInt32 = { $0 }
    /// How many files not yet ready, and as many that never will be, a pickup remembers.
    package var memory = 20_000

    /// Creates the hooks of a real pickup.
    package init() {}
}
