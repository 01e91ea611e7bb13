import Testing

@testable import Settings

@Suite("Settings in effect")
struct SettingsInEffectTests {
    private static let text = """
        [pickup.erp]
        path = "/srv/drop/erp"
        route = ["m365", "lab"]

        [route.m365]
        service = "exchange-online"
        mailbox = "erp@contoso.com"
        password_file = "/etc/postchute/password"

        [network]
        proxy = "http://user:word@proxy.contoso.com:3128/secret?token=1"

        """

    private func row(_ head: String, _ key: String) throws -> SettingsInEffect.Row {
        let tables = SettingsInEffect(Array(Self.text.utf8)).tables
        return try #require(tables.first { $0.head == head }?.rows.first { $0.key == key })
    }

    @Test func `every key of every table is there with where it comes from`() throws {
        let given = try row("[pickup.erp]", "route")
        #expect(given.value == #"["m365", "lab"]"# && given.origin == .file)
        let standard = try row("[pickup.erp]", "ready")
        #expect(standard.value == "\"closed\"" && standard.origin == .standard)
        let absent = try row("[pickup.erp]", "spool")
        #expect(absent.value == "the drop folder itself" && !absent.isLiteral)
        let preset = try row("[route.m365]", "port")
        #expect(preset.value == "587" && preset.origin == .service("exchange-online"))
        #expect(!preset.sentence.isEmpty)
    }

    @Test func `the path of a secret is shown, and of an address on the web only the host`() throws
    {
        #expect(try row("[route.m365]", "password_file").value == "\"/etc/postchute/password\"")
        #expect(try row("[network]", "proxy").value == "\"http://…@proxy.contoso.com:3128/…\"")
    }

    @Test func `a text that is not TOML shows no table of a name`() {
        #expect(!SettingsInEffect(Array("[".utf8)).tables.contains { $0.head.hasPrefix("[pickup") })
    }
}
