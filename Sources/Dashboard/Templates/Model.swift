internal import Mustache

/// What a template reads: names with texts, flags, lists and further models.
///
/// A name that has no value says so, and does not mean the same name of the model around it.
struct Model: Sendable, ExpressibleByDictionaryLiteral {
    private var values: [String: Value]

    /// What stands under a name.
    enum Value: Sendable {
        case text(String)
        case flag(Bool)
        case model(Model)
        case list([Model])
        case nothing

        /// A text, or nothing where there is none or an empty one.
        static func optional(_ text: String?) -> Value {
            guard let text, !text.isEmpty else { return .nothing }
            return .text(text)
        }

        /// A whole number with its thousands apart.
        static func number(_ number: Int) -> Value { .text(Figures.text(number)) }

        /// A list, or nothing where it is empty, to be asked for as a whole by the name `some`.
        static func some(_ list: [Model]) -> Value {
            list.isEmpty ? .nothing : .model(["some": .list(list)])
        }
    }

    /// Creates a model of these names; the last of equal ones counts.
    init(dictionaryLiteral elements: (String, Value)...) {
        values = Dictionary(elements) { $1 }
    }

    subscript(name: String) -> Value? {
        get { values[name] }
        set { values[name] = newValue }
    }
}

extension Model: MustacheParent {
    /// What the template engine finds under a name; `nil` sends it to the model around this one.
    func child(named name: String) -> Any? {
        switch values[name] {
        case nil: nil
        case .text(let text): text
        case .flag(let flag): flag
        case .model(let model): model
        case .list(let list): list
        case .nothing: Nothing()
        }
    }
}

/// A name without a value.
private struct Nothing: MustacheCustomRenderable {
    let renderText = ""
    let isNull = true
}
