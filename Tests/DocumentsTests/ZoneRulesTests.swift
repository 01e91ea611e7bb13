import Documents
import Foundation
import Testing

@Suite("Time zones")
struct ZoneRulesTests {
    private static func zone(_ name: String) throws -> ZoneRules {
        let file = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)"))
        return try #require(ZoneRules(octets: Array(file)))
    }

    /// What `date` shows of a moment in a zone.
    private static func shown(_ seconds: Int64, _ name: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/date")
        process.arguments = ["-d", "@\(seconds)", "+%Y-%m-%d %H:%M"]
        process.environment = ["TZ": name]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        process.waitUntilExit()
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        return text.trimmingCharacters(in: .newlines)
    }

    static let zones = [
        "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Sydney",
        "Asia/Kathmandu", "Asia/Tehran", "Africa/Casablanca", "Etc/UTC", "America/Santiago",
        "Pacific/Apia", "Europe/Dublin",
    ]

    @Test(arguments: zones)
    func `a moment is what the system's own date says`(_ name: String) throws {
        let zone = try Self.zone(name)
        // Both sides of changes in 2026, and years that only the rule at the file's end knows.
        let moments: [Int64] = [
            0, 1_000_000_000, 1_774_745_999, 1_774_746_000, 1_792_889_999, 1_792_890_000,
            1_795_432_500, 2_300_000_000, 4_000_000_000, 4_010_000_000,
        ]
        for moment in moments {
            let time = LocalTime(seconds: moment, zone: zone)
            #expect("\(time.date) \(time.time)" == (try Self.shown(moment, name)), "@\(moment)")
        }
    }

    @Test func `clocks outside all years do not trap`() throws {
        let zone = try Self.zone("Europe/Berlin")
        for moment in [Int64.min, -1, .max] {
            _ = LocalTime(seconds: moment, zone: zone).date
        }
        #expect(LocalTime(seconds: -1, zone: .utc).date == "1970-01-01")
    }

    @Test func `what is no zone file is none, wherever it ends`() throws {
        #expect(ZoneRules(octets: []) == nil)
        #expect(ZoneRules(octets: Array("Europe/Berlin".utf8)) == nil)
        let file = Array(
            try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Asia/Tehran"))
        )
        for length in stride(from: 0, to: file.count, by: 37) {
            _ = ZoneRules(octets: Array(file[..<length]))
        }
        var random = file
        for index in stride(from: 20, to: min(file.count, 900), by: 3) {
            random[index] = random[index] &* 31 &+ 7
            _ = ZoneRules(octets: random)?.offset(at: 1_795_432_500)
        }
    }
}
