package import SafeText

/// What a command says and how it ends.
package struct CommandResult: Hashable, Sendable {
    /// Lines for standard output.
    package var output: [String]
    /// Lines for standard error.
    package var complaints: [String]
    package var status: ExitStatus

    /// Creates a result.
    package init(
        _ output: [String] = [],
        complaints: [String] = [],
        status: ExitStatus = .done
    ) {
        self.output = output
        self.complaints = complaints
        self.status = status
    }

    /// Creates the result of a command that was not carried out.
    init(_ refusal: CommandRefusal) {
        self.init(complaints: refusal.lines, status: refusal.status)
    }

    /// The result without anybody's address in its lines.
    package func masked(by mask: PrivacyMask) -> CommandResult {
        CommandResult(
            output.map(mask.text),
            complaints: complaints.map(mask.text),
            status: status
        )
    }

    /// Adds what another part of the command did; the higher status counts.
    mutating func add(_ other: CommandResult) {
        output += other.output
        complaints += other.complaints
        status = max(status, other.status)
    }
}

/// Why a command, or one part of it, was not carried out.
package struct CommandRefusal: Error, Hashable, Sendable {
    /// The reason first; what follows belongs to it, such as candidates.
    package var lines: [String]
    package var status: ExitStatus

    init(_ sentence: String, _ status: ExitStatus) {
        lines = [sentence]
        self.status = status
    }
}
