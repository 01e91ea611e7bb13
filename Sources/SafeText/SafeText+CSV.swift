extension SafeText {
    /// Returns the text as a cell of a CSV file (RFC 4180 §2), in quotes where it needs them.
    ///
    /// A spreadsheet takes what begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a
    /// formula: an apostrophe before it keeps it text. Line ends become visible escapes, so that a
    /// record is a line.
    package static func csvCell(_ text: String) -> String {
        var cell = line(text)
        if let first = text.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) {
            cell = "'" + cell
        }
        let needsQuotes =
            cell.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == ";" }
            || cell.first == " " || cell.last == " "
        guard needsQuotes else { return cell }
        var quoted = "\""
        for scalar in cell.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
