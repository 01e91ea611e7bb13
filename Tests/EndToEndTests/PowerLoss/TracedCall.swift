/// One system call as `strace -f -y` wrote it down.
struct TracedCall: Hashable, Sendable {
    /// One argument.
    enum Argument: Hashable, Sendable {
        /// A descriptor and what it stood for: a path, or `socket:[7]`.
        case descriptor(String)
        /// A string, or the strings of a list of buffers one after another.
        case octets([UInt8], isWhole: Bool)
        /// Anything else, as it stands.
        case word(String)
    }

    /// The call's name.
    let name: String
    /// Its arguments in order.
    let arguments: [Argument]
    /// What it returned, −1 after a failure.
    let result: Int64
    /// What a returned descriptor stands for.
    let resultPath: String?
    /// The number of the line that was written before the call began.
    let entry: Int
    /// The number of the line that was written after the call had returned.
    let exit: Int

    /// The path a descriptor stands for.
    func path(_ index: Int) -> String? {
        guard arguments.indices.contains(index), case .descriptor(let path) = arguments[index]
        else { return nil }
        return path
    }

    /// The octets of a string.
    func octets(_ index: Int) -> (octets: [UInt8], isWhole: Bool)? {
        guard arguments.indices.contains(index),
            case .octets(let octets, let isWhole) =
                arguments[index]
        else { return nil }
        return (octets, isWhole)
    }

    /// An argument that is neither descriptor nor string.
    func word(_ index: Int) -> String? {
        guard arguments.indices.contains(index), case .word(let word) = arguments[index] else {
            return nil
        }
        return word
    }

    /// The path that a folder's descriptor and a name below it lead to.
    func path(folder: Int, name: Int) -> String? {
        guard let octets = octets(name)?.octets else { return nil }
        let text = String(decoding: octets, as: UTF8.self)
        if text.hasPrefix("/") { return text }
        return path(folder).map { "\($0)/\(text)" }
    }
}
