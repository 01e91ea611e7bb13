/// Numbers as pages show them.
enum Figures {
    /// A whole number with its thousands apart: `1,234,567`.
    static func text(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
            result.append(digit)
        }
        return number < 0 ? "-\(result)" : result
    }

    /// A number of things: `1 message`, `2,000 messages`.
    static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(text(number)) \(number == 1 ? noun : plural ?? "\(noun)s")"
    }
}
