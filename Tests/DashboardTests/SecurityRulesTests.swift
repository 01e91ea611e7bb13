import Settings
import TestSupport
import Testing

@testable import Dashboard

@Suite("Paths and names")
struct SecurityRulesTests {
    @Test(arguments: [
        ("/", true), ("/messages", true), ("/messages/20261123T1-a.b_c", true),
        ("/style.css", true),
        ("", false), ("messages", false), ("//", false), ("/a//b", false), ("/../etc", false),
        ("/a/..", false), ("/./a", false), ("/%2e%2e", false), ("/a%00b", false), ("/a\\b", false),
        ("/a;b", false), ("/ä", false), ("http://evil/", false), ("*", false),
    ])
    func `a path is taken only as ours are spelt`(path: String, isTaken: Bool) {
        #expect(RequestRule.isPath(path) == isTaken)
    }

    @Test(arguments: [
        ("/messages?q=a%20b", "/messages?q=a%20b"), (nil, "/"), ("", "/"), ("//evil.example", "/"),
        ("https://evil.example", "/"), ("/\\evil.example", "/"), ("/a\r\nSet-Cookie: b", "/"),
        ("/..", "/"),
    ])
    func `signing in leads to a page of ours`(next: String?, place: String) {
        #expect(RequestRule.next(next) == place)
    }

    @Test(arguments: [
        ("127.0.0.1:8025", true), ("localhost", true), ("LOCALHOST:9", true), ("[::1]:8025", true),
        ("relay.contoso.com", true), ("relay.contoso.com.", true), ("a.lan.contoso.com", true),
        ("lan.contoso.com", false), ("evil.example", false), ("127.0.0.1.evil.example", false),
        ("192.0.2.1", false), ("", false), (":80", false), ("localhost:80x", false), ("::1", false),
        ("local host", false), ("relay.contoso.com:123456", false),
    ])
    func `a request is for a name of ours`(host: String, isOurs: Bool) {
        let rule = HostRule(
            HTTPSettings(
                listen: .network(host: "127.0.0.1", port: 8025),
                allowedHosts: ["relay.contoso.com", "*.lan.contoso.com"]
            )
        )
        #expect(rule.allows(host) == isOurs)
    }

    @Test func `all addresses of the host are allowed where all are listened on`() {
        let rule = HostRule(HTTPSettings(listen: .network(host: "::", port: 8025)))
        #expect(rule.allows("192.0.2.1:8025"))
        #expect(rule.allows("[2001:db8::1]:8025"))
        #expect(!rule.allows("evil.example"))
    }

    @Test(arguments: [
        ("a=1&b=x+y%21", "1", "x y!"), ("a=1&a=2", "1", nil), ("a", nil, nil), ("", nil, nil),
    ])
    func `fields are read`(text: String, first: String?, second: String?) throws {
        let form = try #require(FormFields(text))
        #expect(form["a"] == first)
        #expect(form["b"] == second)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "%ff=a"])
    func `broken fields are no form`(text: String) {
        #expect(FormFields(text) == nil)
    }

    @Test func `a form has a bounded number of fields`() {
        #expect(FormFields(Array(repeating: "a=1", count: 2000).joined(separator: "&")) != nil)
        #expect(FormFields(Array(repeating: "a=1", count: 2001).joined(separator: "&")) == nil)
    }

    @Test func `every line of an event is data`() {
        #expect(LiveFeed.event("a\nb\r\nc\rd") == "data: a\ndata: b\ndata: c\ndata: d\n\n")
    }
}

@Suite("Sessions")
struct SessionTableTests {
    private let token = DashboardToken(name: "ann", role: .operator, created: 0, digest: [1])

    private func open(
        _ table: inout SessionTable,
        _ id: Int,
        _ token: DashboardToken? = nil,
        at now: Duration
    ) {
        table.open(
            [UInt8(id >> 8), UInt8(id & 255)],
            for: token ?? self.token,
            formToken: "f",
            at: now
        )
    }

    @Test func `a session ends when it is unused for eight hours`() {
        var table = SessionTable()
        open(&table, 1, at: .zero)
        #expect(table.use([0, 1], at: .seconds(7 * 3600)) != nil)
        #expect(table.use([0, 1], at: .seconds(14 * 3600)) != nil)
        #expect(table.look(at: [0, 1], .seconds(22 * 3600)) == nil)
        #expect(table.use([0, 1], at: .seconds(22 * 3600)) == nil)
        #expect(table.count == 0)
    }

    @Test func `a session ends after a day, however much it is used`() {
        var table = SessionTable()
        open(&table, 1, at: .zero)
        for hour in 1..<24 { #expect(table.use([0, 1], at: .seconds(hour * 3600)) != nil) }
        #expect(table.use([0, 1], at: .seconds(24 * 3600)) == nil)
    }

    @Test func `what goes on by itself keeps no session alive`() {
        var table = SessionTable()
        open(&table, 1, at: .zero)
        #expect(table.look(at: [0, 1], .seconds(7 * 3600)) != nil)
        #expect(table.look(at: [0, 1], .seconds(8 * 3600)) == nil)
    }

    @Test func `a token has sixteen sessions, and takes none from others`() {
        var table = SessionTable()
        let other = DashboardToken(name: "bob", role: .viewer, created: 0, digest: [2])
        open(&table, 999, other, at: .zero)
        for id in 0..<40 { open(&table, id, at: .seconds(id + 1)) }
        #expect(table.count == 17)
        #expect(table.look(at: [3, 231], .seconds(50)) != nil)
        #expect(table.look(at: [0, 23], .seconds(50)) == nil)
        #expect(table.look(at: [0, 24], .seconds(50)) != nil)
    }
}

@Suite("Wrong tokens")
struct FailureLimitTests {
    @Test func `ten of an address are answered at once, then one every half minute`() {
        var limit = FailureLimit()
        let allowed = (0..<30).count { _ in limit.allows("192.0.2.1", at: .zero) }
        #expect(allowed == 10)
        let another = limit.allows("192.0.2.2", at: .zero)
        #expect(another)
        let early = limit.allows("192.0.2.1", at: .seconds(29))
        #expect(!early)
        let later = limit.allows("192.0.2.1", at: .seconds(60))
        #expect(later)
    }

    @Test func `of all addresses together sixty are`() {
        var limit = FailureLimit()
        let allowed = (0..<5000).count { limit.allows("address \($0)", at: .zero) }
        #expect(allowed == 60)
        let another = limit.allows("another", at: .seconds(2))
        #expect(another)
    }
}

@Suite("File of tokens")
struct TokenFileTests {
    @Test func `a token opens until it is removed, and its secret is nowhere`() throws {
        let folder = try ScratchFolder("tokens")
        let file = TokenFile(stateDirectory: folder.path)
        let ring = KeyRing(file)
        #expect(ring.token(opening: "") == nil)
        let secret = try file.add("ann", role: .viewer, now: 1_790_000_000)
        #expect(secret.hasPrefix("postchute_"))
        #expect(secret.utf8.count == 53)
        let token = try #require(ring.token(opening: secret))
        #expect(token.name == "ann")
        #expect(token.role == .viewer)
        #expect(ring.token(opening: secret + "x") == nil)
        #expect(!(try folder.text("dashboard-tokens").contains(secret.dropFirst(10))))
        try file.remove("ann")
        #expect(ring.token(opening: secret) == nil)
        #expect(!ring.isCurrent(token))
    }

    @Test func `a token made anew under an old name is another`() throws {
        let folder = try ScratchFolder("tokens")
        let file = TokenFile(stateDirectory: folder.path)
        let ring = KeyRing(file)
        let old = try #require(ring.token(opening: try file.add("ann", role: .viewer, now: 1)))
        try file.remove("ann")
        _ = try file.add("ann", role: .viewer, now: 1)
        #expect(!ring.isCurrent(old))
    }

    @Test func `what is refused is said`() throws {
        let folder = try ScratchFolder("tokens")
        let file = TokenFile(stateDirectory: folder.path)
        for name in ["", "a b", "-a", "a\nb", String(repeating: "a", count: 65)] {
            #expect(throws: TokenFileError.notAName(name)) {
                try file.add(name, role: .viewer, now: 0)
            }
        }
        _ = try file.add("ann", role: .viewer, now: 0)
        #expect(throws: TokenFileError.exists("ann")) { try file.add("ann", role: .viewer, now: 0) }
        #expect(throws: TokenFileError.missing("bob", known: ["ann"])) { try file.remove("bob") }
        #expect(
            TokenFileError.missing("bob", known: ["ann"]).sentence
                == "There is no token \"bob\"; there are: ann."
        )
        try folder.write("nonsense", to: "dashboard-tokens")
        #expect(throws: TokenFileError.spoiled(path: file.path)) { try file.read() }
        #expect(KeyRing(file).condition.trouble?.contains("is spoiled") == true)
    }
}
