internal import SafeText

/// Rows in aligned columns, two spaces apart, with a line of headings.
struct TextTable {
    /// A column: its heading, and the side its cells keep to.
    struct Column {
        var heading: String
        var isNumber = false
    }

    private let columns: [Column]
    private var rows: [[String]]

    /// Creates a table without rows.
    init(_ columns: [Column]) {
        self.columns = columns
        rows = [columns.map(\.heading)]
    }

    /// Adds a row; its cells are neutralised before they are measured, so that no file name can
    /// push its neighbours around.
    mutating func add(_ cells: [String]) {
        rows.append(cells.map { SafeText.line($0) })
    }

    /// The lines, without spaces at their ends.
    var lines: [String] {
        let widths = columns.indices.map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = zip(zip(row, widths), columns).map { cell, column in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column.isNumber ? space + cell.0 : cell.0 + space
            }
            let line = cells.joined(separator: "  ")
            return String(
                line.prefix(
                    upTo: line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex
                )
            )
        }
    }
}
