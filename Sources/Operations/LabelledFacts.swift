/// Facts about one thing, each below the other.
enum LabelledFacts {
    /// The lines, indented, with the values in one column.
    static func lines(_ facts: [(label: String, value: String)]) -> [String] {
        let width = facts.map(\.label.count).max() ?? 0
        return facts.map { fact in
            let space = String(repeating: " ", count: width - fact.label.count)
            return "  \(fact.label):\(space) \(fact.value)"
        }
    }
}
