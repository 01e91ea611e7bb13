internal import SafeText

/// Rows in aligned columns, two spaces apart, with a line of headings.
package struct TextTable {
    /// A column: its heading, and the side its cells keep to.
    package struct Column {
        package var heading: String
        package var isNumber: Bool

        /// Creates a column.
        package init(heading: String, isNumber: Bool = false) {
            self.heading = heading
            self.isNumber = isNumber
        }
    }

    private let columns: [Column]
    private var rows: [[String]]

    /// Creates a table without rows.
    package init(_ columns: [Column]) {
        self.columns = columns
        rows = [columns.map(\.heading)]
    }

    /// Adds a row; its cells are neutralised before they are measured, so that no file name can
    /// push its neighbours around.
    package mutating func add(_ cells: [String]) {
        rows.append(cells.map { SafeText.line($0) })
    }

    /// The lines, without spaces at their ends.
    package var lines: [String] {
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
