/// A bar that fills while a long command runs.
package enum BulkProgress {
    /// The bar in 60 columns or fewer, as `[####………] 412 of 1000`.
    package static func bar(_ done: Int, of total: Int) -> String {
        let width = 30
        let filled = total > 0 ? min(max(done, 0), total) * width / total : width
        let marks =
            String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "[\(marks)] \(done) of \(total)"
    }
}
