import Glibc
import Settings
import TestSupport
import Testing

/// Each folder of `BadSettings` holds a settings file and every complaint about it, word for word.
///
/// `POSTCHUTE_WRITE_DOCS=1` writes the complaints instead of comparing: read the difference then.
@Suite("Bad settings")
struct BadSettingsTests {
    private static let folder = "\(packageRoot)/Tests/SettingsTests/BadSettings"

    static let cases = folderNames(folder)

    @Test func `there are cases`() {
        #expect(Self.cases.count >= 40)
    }

    @Test(arguments: cases)
    func `are refused with exactly these words`(name: String) throws {
        let folder = "\(Self.folder)/\(name)"
        let complaints = complaints(about: folder, hasSystemd: !name.hasPrefix("no-systemd"))
        if getenv("POSTCHUTE_WRITE_DOCS") != nil {
            try writeFile("\(complaints)\n".utf8, to: "\(folder)/expected-error")
        }
        let expected = String(decoding: try readFile("\(folder)/expected-error"), as: UTF8.self)
        #expect("\(complaints)\n" == expected)
    }

    private func complaints(about folder: String, hasSystemd: Bool) -> String {
        do throws(SettingsErrors) {
            let probe =
                hasSystemd ? fictionalProbe() : fictionalProbe(credentialsDirectory: nil)
            _ = try RelaySettings.load(path: "\(folder)/postchute.toml", probe: probe)
            return "(accepted)"
        } catch {
            return SettingsErrors(
                error.errors.map { complaint in
                    var complaint = complaint
                    complaint.file = "postchute.toml"
                    return complaint
                }
            ).description
        }
    }
}
