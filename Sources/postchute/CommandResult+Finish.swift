internal import ArgumentParser
internal import Operations

extension CommandResult {
    /// Prints what the command has to say and exits with its status unless that is 0.
    func finish() throws {
        Console.print(output)
        Console.complain(complaints)
        if status != .done { throw status.error }
    }
}

/// Carries out a command; what it refuses is printed like any result.
func carryOut(_ body: () throws(CommandRefusal) -> CommandResult) throws {
    let result: CommandResult
    do throws(CommandRefusal) {
        result = try body()
    } catch {
        result = CommandResult(complaints: error.lines, status: error.status)
    }
    try result.finish()
}
