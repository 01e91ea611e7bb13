import FoundationEssentials
import TestSupport

/// What a program is told, as far as tests look.
struct PagedNotice: Decodable {
    let title: String
    let opened: [ToldAlert]
    let happened: [ToldAlert]
    let recovered: [ToldAlert]
}

/// An alert as programs read it, from a notice or from `status --json`.
struct ToldAlert: Decodable {
    let key: String
    let severity: String
    let sentence: String
    let advice: String
}

/// `status --json`, as far as the morning looks.
struct MorningStatus: Decodable {
    let status: String
    let attention: [String]
    let alerts: [ToldAlert]
}

extension MorningRelay {
    /// The notices the pager has taken, in order.
    func pages() throws -> [PagedNotice] {
        guard let octets = try? readFile(relay.scratch.path("paged")) else { return [] }
        return try octets.split(separator: 0x0A).map {
            try JSONDecoder().decode(PagedNotice.self, from: Data($0))
        }
    }

    /// Waits until the pager was told of something, and returns it as it was told first.
    func waitForPage(
        _ key: String,
        _ list: KeyPath<PagedNotice, [ToldAlert]>
    ) async throws -> ToldAlert {
        var found: ToldAlert?
        try await waitUntil("the pager to tell \(key); the log:\n\(relay.log)") {
            found = try pages().flatMap { $0[keyPath: list] }.first { $0.key == key }
            return found != nil
        }
        guard let found else { throw WaitError("\(key) went away") }
        return found
    }

    /// Everything that was told by mail, without the encoding of its lines.
    func mail() throws -> String {
        try relay.received().filter { $0.recipients == ["it@contoso.com"] }.map(\.text).joined()
            .replacing("=\r\n", with: "").replacing("=3D", with: "=")
    }
}

/// The dashboard as somebody with a token sees it, in the words of its pages.
struct DashboardVisit: Sendable {
    private let address: String
    private let secret: String

    /// Makes a token and waits until the daemon answers.
    init(_ relay: RelayHarness) async throws {
        let line = try await relay.waitForLine("dashboard-listening")
        address = line["address"] ?? ""
        let made = try await relay.command("token", "add", "ann", "--role", "operator")
        secret = made.output.replacing("\n", with: "")
    }

    /// The text of a page: without mark-up, with single spaces.
    func text(_ path: String = "/") async throws -> String {
        let run = try await ChildProcess.run([
            "curl", "-sS", "--fail", "--max-time", "20", "-H", "Authorization: Bearer \(secret)",
            "\(address)\(path)",
        ])
        guard run.exit == .code(0) else { throw WaitError("\(path): \(run.errors)") }
        return Self.words(run.output)
    }

    private static func words(_ page: String) -> String {
        var text = ""
        var isMarkUp = false
        for character in page {
            if character == "<" { isMarkUp = true }
            if !isMarkUp { text.append(character.isWhitespace ? " " : character) }
            if character == ">" {
                isMarkUp = false
                text.append(" ")
            }
        }
        let entities = [
            ("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"),
        ]
        for (entity, character) in entities { text = text.replacing(entity, with: character) }
        return text.split(separator: " ").joined(separator: " ")
    }
}
