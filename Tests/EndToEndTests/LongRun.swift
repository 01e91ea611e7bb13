import Glibc

/// Whether there is time for the whole proof (`scripts/test --long`) or only for what every change
/// has to pass.
enum LongRun {
    /// Set by `scripts/test --long`.
    static let isOn = getenv("POSTCHUTE_LONG") != nil

    /// How often something is tried.
    static func count(_ short: Int, long: Int) -> Int { isOn ? long : short }
}
