import Settings
import TestSupport
import Testing

@Suite("Settings in documents")
struct DocumentedSettingsTests {
    /// Every piece of settings in the documents, with the page it stands in; the examples of
    /// docs/settings.md are those of the declarations.
    static let pieces: [(page: String, text: String)] = ["docs", "docs/microsoft365"].flatMap {
        folder in
        let pages = folderNames("\(packageRoot)/\(folder)").filter { $0.hasSuffix(".md") }
        return pages.sorted().filter { $0 != "settings.md" }.flatMap { name in
            let octets = (try? readFile("\(packageRoot)/\(folder)/\(name)")) ?? []
            return blocks(String(decoding: octets, as: UTF8.self)).map { (name, $0) }
        }
    }

    private static func blocks(_ page: String) -> [String] {
        page.split(separator: "```toml\n", omittingEmptySubsequences: false).dropFirst().map {
            let end = $0.firstRange(of: "```")?.lowerBound ?? $0.endIndex
            return String($0[..<end])
        }
    }

    @Test func `the pages show settings for every service and every way to sign in`() {
        let text = Self.pieces.map(\.text).joined()
        for word in [
            "exchange-online", "graph", "connector", "direct-send", "hve", "acs", "certificate ",
            "client_secret_file", "federated_token_file", "managed_identity", "device_login",
        ] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test(arguments: pieces.indices)
    func `each piece is accepted once the rest of a file stands around it`(_ index: Int) {
        let (page, text) = Self.pieces[index]
        #expect(throws: Never.self, "\(page): \(text)") {
            try RelaySettings.parse(
                Array(Self.completed(text).utf8),
                file: page,
                credentialsDirectory: "/run/credentials/postchute.service",
                environment: { text.contains("federated") ? podEnvironment[$0] : nil }
            )
        }
    }

    /// The piece with the tables that it leaves to the reader.
    private static func completed(_ piece: String) -> String {
        let identity = name(of: "identity", in: piece)
        let route = name(of: "route", in: piece)
        var text = piece
        if route == nil {
            text += """

                [route.m365]
                service = "exchange-online"
                mailbox = "erp@contoso.com"
                identity = "\(identity ?? "contoso")"

                """
        }
        if name(of: "pickup", in: piece) == nil {
            text += "\n[pickup.any]\npath = \"/srv/drop/any\"\nroute = \"\(route ?? "m365")\"\n"
        }
        if identity == nil, route == nil || piece.contains("identity") {
            text += """

                [identity.contoso]
                tenant = "contoso.onmicrosoft.com"
                client_id = "00000000-0000-0000-0000-000000000000"
                client_secret_file = "/etc/postchute/secret"

                """
        }
        return text
    }

    private static func name(of table: String, in piece: String) -> String? {
        guard let head = piece.firstRange(of: "[\(table).") else { return nil }
        return String(piece[head.upperBound...].prefix { $0 != "]" })
    }
}
