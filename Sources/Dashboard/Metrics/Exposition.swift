/// A page of numbers in the text format of Prometheus (version 0.0.4).
struct Exposition {
    private var lines: [String: [String]] = [:]

    /// Adds a number; `labels` are the values of the metric's labels, in its order.
    mutating func add(_ metric: Metric, _ labels: String..., value: Double) {
        let pairs = zip(metric.labels, labels).map { "\($0)=\"\(Self.escape($1))\"" }
        let names = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
        lines[metric.name, default: []].append("\(metric.fullName)\(names) \(Self.text(value))")
    }

    /// Adds a number that is counted.
    mutating func add(_ metric: Metric, _ labels: String..., value: some BinaryInteger) {
        let pairs = zip(metric.labels, labels).map { "\($0)=\"\(Self.escape($1))\"" }
        let names = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
        lines[metric.name, default: []].append("\(metric.fullName)\(names) \(value)")
    }

    /// The page: every metric that has a number, with its help and type.
    var text: String {
        var result = ""
        for metric in Metric.all {
            guard let numbers = lines[metric.name] else { continue }
            result += "# HELP \(metric.fullName) \(metric.help)\n"
            result += "# TYPE \(metric.fullName) \(metric.kind.rawValue)\n"
            result += numbers.joined(separator: "\n") + "\n"
        }
        return result
    }

    /// The value of a label: names of accounts and paths may hold anything.
    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Not `1e-05` or `inf`, which the format spells otherwise.
    private static func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
        return "\(value)"
    }
}
