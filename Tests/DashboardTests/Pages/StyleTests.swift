import Testing

@testable import Dashboard

@Suite("Style")
struct StyleTests {
    private typealias Colours = [String: [Double]]

    @Test func `every text has a contrast of four and a half to its ground, by day and by night`()
        throws
    {
        let blocks = StyleSheet.text.split(separator: ":root {")
        let themes = blocks.filter { $0.contains("--good-ground:") }.map {
            Self.colours(String($0))
        }
        try #require(themes.count == 2)
        for theme in themes {
            for ground in ["ground", "panel"] {
                for text in ["text", "dim", "link", "good", "warn", "bad"] {
                    #expect(try Self.contrast(theme, text, ground) >= 4.5, "\(text) on \(ground)")
                }
            }
            for (text, ground) in [
                ("text", "good-ground"), ("text", "warn-ground"), ("text", "bad-ground"),
                ("warn", "warn-ground"), ("bad", "bad-ground"), ("dim", "warn-ground"),
                ("dim", "bad-ground"), ("button-text", "button"), ("ground", "bad"),
            ] {
                #expect(try Self.contrast(theme, text, ground) >= 4.5, "\(text) on \(ground)")
            }
        }
    }

    private static func colours(_ text: String) -> Colours {
        var colours: Colours = [:]
        for part in text.split(separator: ";") {
            let words = part.split { " :\n".contains($0) }
            guard words.count >= 2, let name = words.dropLast().last, name.hasPrefix("--"),
                let value = words.last, value.hasPrefix("#"),
                let number = Int(value.dropFirst(), radix: 16)
            else { continue }
            colours[String(name.dropFirst(2))] = [16, 8, 0].map { Double(number >> $0 & 255) / 255 }
        }
        return colours
    }

    /// The ratio of WCAG 2.2.
    private static func contrast(
        _ theme: Colours,
        _ text: String,
        _ ground: String
    ) throws -> Double {
        let lights = try [text, ground].map { luminance(try #require(theme[$0], "\($0)")) }.sorted()
        return (lights[1] + 0.05) / (lights[0] + 0.05)
    }

    private static func luminance(_ colour: [Double]) -> Double {
        let parts = colour.map { $0 <= 0.04045 ? $0 / 12.92 : power(($0 + 0.055) / 1.055) }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    /// To the power of 2.4, which is that of 12/5, by Newton's method.
    private static func power(_ base: Double) -> Double {
        let twelfth = (0..<12).reduce(1.0) { product, _ in product * base }
        var root = 1.0
        for _ in 0..<80 {
            root -= (root * root * root * root * root - twelfth) / (5 * root * root * root * root)
        }
        return root
    }

    @Test func `a file has another address when its text is another`() {
        #expect(Asset("a.css", "text/css", "a").path != Asset("a.css", "text/css", "b").path)
        #expect(Assets.style.path.hasPrefix("/style.css?"))
    }
}
