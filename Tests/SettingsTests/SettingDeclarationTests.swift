import TestSupport
import Testing

@testable import Settings

@Suite("Setting declarations")
struct SettingDeclarationTests {
    static let settings = SettingTable.allCases.flatMap { table in
        table.settings.map { "\(table.rawValue).\($0.key)" }
    }

    private func declaration(_ name: String) throws -> (key: String, SettingDeclaration) {
        let parts = name.split(separator: ".").map(String.init)
        let table = try #require(SettingTable(rawValue: parts[0]))
        let setting = try #require(table.settings.first { $0.key == parts[1] })
        return (setting.key, setting.declaration)
    }

    @Test(arguments: settings)
    func `an example shows its own setting with a value of its form`(name: String) throws {
        let (key, declaration) = try declaration(name)
        let entries = try TomlDocument.parse(Array(declaration.example.utf8))
        #expect(entries.map(\.key) == [key])
        let value = try #require(entries.first?.value.content)
        #expect(objection(to: value, in: declaration.form) == nil)
    }

    @Test(arguments: settings)
    func `the standard follows the form`(name: String) throws {
        let (_, declaration) = try declaration(name)
        if case .value(let literal) = declaration.absence {
            #expect(objection(to: literal.content, in: declaration.form) == nil)
        }
    }

    @Test func `presets follow the form of their keys`() throws {
        for service in MailService.allCases {
            for cloud in Cloud.allCases {
                for (key, literal) in service.preset(in: cloud)?.values ?? [:] {
                    #expect(objection(to: literal.content, in: key.declaration.form) == nil)
                }
            }
        }
    }

    @Test(arguments: settings)
    func `a sentence is one sentence`(name: String) throws {
        let (_, declaration) = try declaration(name)
        #expect(declaration.sentence.hasSuffix("."))
        #expect(!declaration.sentence.contains(". "))
        #expect(!declaration.sentence.contains("\n"))
    }

    @Test func `every file that holds a secret is declared as secret`() throws {
        let secret = try Self.settings.filter { try declaration($0).1.isSecret }
        #expect(
            secret == [
                "route.client_key", "route.client_passphrase_file", "route.password_file",
                "route.token_file", "identity.certificate_key",
                "identity.certificate_passphrase_file", "identity.client_secret_file",
                "alert.url_file",
                "http.key", "http.passphrase_file",
            ]
        )
    }

    private func objection(to content: TomlContent, in form: SettingForm) -> Objection? {
        do throws(Objection) {
            switch form {
            case .choice(let words): _ = try ValueSyntax.choice(content, of: words)
            case .flag: _ = try ValueSyntax.flag(content)
            case .count(let range): _ = try ValueSyntax.count(content, in: range)
            case .duration(let range): _ = try ValueSyntax.duration(content, in: range)
            case .rate: _ = try ValueSyntax.rate(content)
            case .keeping(let range): _ = try ValueSyntax.keeping(content, in: range)
            case .folder: _ = try ValueSyntax.folder(content)
            case .file(let isSecret):
                _ = try ValueSyntax.file(
                    content,
                    isSecret: isSecret,
                    credentialsDirectory: "/run/credentials/postchute.service"
                )
            case .routes: _ = try ValueSyntax.routes(content)
            case .readiness: _ = try ValueSyntax.readiness(content)
            case .host: _ = try ValueSyntax.host(content)
            case .ehloName: _ = try ValueSyntax.ehloName(content)
            case .ipAddress: _ = try ValueSyntax.ipAddress(content)
            case .fingerprint: _ = try ValueSyntax.fingerprint(content)
            case .word: _ = try ValueSyntax.text(content)
            case .address: _ = try ValueSyntax.address(content)
            case .mailbox: _ = try ValueSyntax.sendingMailbox(content)
            case .addresses: _ = try ValueSyntax.addresses(content)
            case .patterns: _ = try ValueSyntax.patterns(content)
            case .domain: _ = try ValueSyntax.domain(content)
            case .words(let words): _ = try ValueSyntax.words(content, of: words)
            case .size(let range): _ = try ValueSyntax.size(content, in: range)
            case .sender:
                if (try? ValueSyntax.fromRule(content)) == nil {
                    _ = try ValueSyntax.mailbox(content)
                }
            case .mailboxes: _ = try ValueSyntax.mailboxes(content)
            case .template: _ = try ValueSyntax.template(content)
            case .documentTypes: _ = try ValueSyntax.documentTypes(content)
            case .timeZone: _ = try ValueSyntax.timeZone(content)
            case .files(let isSecret):
                _ = try ValueSyntax.files(
                    content,
                    isSecret: isSecret,
                    credentialsDirectory: "/run/credentials/postchute.service"
                )
            case .guid: _ = try ValueSyntax.guid(content)
            case .tenant: _ = try ValueSyntax.tenant(content)
            case .managedIdentity: _ = try ValueSyntax.managedIdentity(content)
            case .date: _ = try ValueSyntax.date(content)
            case .serviceURL: _ = try ValueSyntax.serviceURL(content)
            case .authority: _ = try ValueSyntax.authority(content)
            case .proxy: _ = try ValueSyntax.proxy(content)
            case .hosts: _ = try ValueSyntax.hosts(content)
            case .domains: _ = try ValueSyntax.domains(content)
            case .share(let unit): _ = try ValueSyntax.share(content, or: unit)
            case .names: _ = try ValueSyntax.names(content)
            case .arguments: _ = try ValueSyntax.arguments(content)
            case .listen: _ = try ValueSyntax.listenAddress(content)
            }
            return nil
        } catch {
            return error
        }
    }
}
