import Glibc
import Settings
import TestSupport
import Testing

@Suite("Settings reference")
struct SettingsReferenceTests {
    @Test func `the page in docs is what the declarations say`() throws {
        let path = "\(packageRoot)/docs/settings.md"
        let page = SettingsReference.markdown()
        // POSTCHUTE_WRITE_DOCS=1 writes the page instead of comparing: read the difference then.
        if getenv("POSTCHUTE_WRITE_DOCS") != nil { try writeFile(page.utf8, to: path) }
        let file = String(decoding: try readFile(path), as: UTF8.self)
        #expect(page == file, "POSTCHUTE_WRITE_DOCS=1 swift test --filter SettingsReference")
    }
}
