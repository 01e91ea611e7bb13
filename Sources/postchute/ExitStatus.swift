internal import ArgumentParser
internal import Operations

extension ExitStatus {
    /// The error that makes the argument parser exit with this status without another word.
    var error: ExitCode { ExitCode(rawValue) }
}
