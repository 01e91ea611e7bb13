internal import Delivery

/// Instants as HTTP writes them (RFC 9110 §5.6.7).
enum WebDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// An instant in microseconds since 1970, such as `Mon, 23 Nov 2026 10:15:30 GMT`.
    static func text(_ microseconds: Int64) -> String {
        let words = WallTime.text(microseconds).split(separator: " ")
        let date = words[0].split(separator: "-")
        guard words.count > 1, date.count == 3, let month = Int(date[1]),
            months.indices.contains(month - 1)
        else { return "" }
        // 1970-01-01 was a Thursday.
        let number = microseconds / 86_400_000_000 % 7
        let day = days[Int(number < 0 ? number + 7 : number)]
        return "\(day), \(date[2]) \(months[month - 1]) \(date[0]) \(words[1].prefix(8)) GMT"
    }
}
