import Testing
import WebClient

@Suite("Proxies")
struct ProxyChoiceTests {
    private func choose(_ choice: ProxyChoice, _ url: String) throws -> String {
        let address = try #require(WebAddress(url))
        do {
            return try choice.proxy(for: address)?.description ?? "direct"
        } catch {
            return error.phrase
        }
    }

    @Test(arguments: [
        ("https://graph.microsoft.com/v1.0", "graph.microsoft.com 443"),
        ("http://LOCALHOST:8080?x", "localhost 8080"),
        ("https://login.example.com.:444/", "login.example.com 444"),
        ("http://[::1]:81/", "::1 81"), ("HTTPS://a#f", "a 443"),
        ("https://user@a/", "none"), ("ftp://a/", "none"), ("https:///", "none"),
        ("https://a:0/", "none"), ("https://a:99999/", "none"), ("https://a b/", "none"),
        ("a", "none"), ("https://[::1", "none"), ("", "none"),
    ])
    func `an address is read or not one`(_ text: String, _ expected: String) {
        let address = WebAddress(text)
        #expect((address.map { "\($0.host) \($0.port)" } ?? "none") == expected)
    }

    @Test(arguments: [
        ("http://proxy:3128", "proxy:3128"), ("proxy:3128", "proxy:3128"),
        ("http://proxy.example.com/", "proxy.example.com:80"),
        ("http://user:p%40ss@10.0.0.1:8080", "10.0.0.1:8080"),
        ("http://[fd00::1]:8080", "fd00::1:8080"),
        (
            "https://proxy:3128",
            "has the scheme 'https'; only http:// proxies can be used"
        ),
        ("http://:3128", "is not of the form http://host:port"),
        ("http://proxy:port", "is not of the form http://host:port"),
        (
            "http://user:100%@proxy:1",
            "has a user or password with a '%' that is not followed by two digits"
        ),
    ])
    func `the address of a proxy is read or has a defect`(_ text: String, _ expected: String) {
        do {
            #expect(try ProxyAddress(text).description == expected)
        } catch {
            #expect(error.phrase == expected)
        }
    }

    @Test func `a password is never shown`() throws {
        let proxy = try ProxyAddress("http://user:secret@proxy:1")
        var text = "\(proxy)"
        dump(proxy, to: &text)
        #expect(!text.contains("secret"))
    }

    @Test(arguments: [
        (["https_proxy": "http://a:1"], "https://x.test/", "a:1"),
        (["HTTPS_PROXY": "http://a:1"], "https://x.test/", "a:1"),
        (["HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:1"], "https://x.test/", "b:1"),
        (["HTTPS_PROXY": "http://a:1", "https_proxy": ""], "https://x.test/", "direct"),
        (["https_proxy": "http://a:1"], "http://x.test/", "direct"),
        (["HTTP_PROXY": "http://a:1"], "http://x.test/", "a:1"),
        (["http_proxy": "http://a:1"], "https://x.test/", "direct"),
        ([:], "https://x.test/", "direct"),
        (["https_proxy": "http://a:1"], "https://localhost/", "direct"),
        (["https_proxy": "http://a:1"], "https://127.8.8.8/", "direct"),
        (["https_proxy": "http://a:1"], "https://[::1]/", "direct"),
        (
            ["https_proxy": "socks5://a:1"], "https://x.test/",
            "has the scheme 'socks5'; only http:// proxies can be used"
        ),
    ])
    func `the environment names proxies by scheme`(
        _ variables: [String: String],
        _ url: String,
        _ expected: String
    ) throws {
        #expect(try choose(.environment(variables), url) == expected)
    }

    @Test(arguments: [
        ("*", "https://x.test/", "direct"), ("x.test", "https://x.test/", "direct"),
        ("X.Test", "https://a.x.test/", "direct"), (".x.test", "https://x.test/", "direct"),
        ("*.x.test", "https://a.b.x.test/", "direct"), ("x.test", "https://ax.test/", "p:1"),
        ("y.test, x.test", "https://x.test/", "direct"), ("y.test", "https://x.test/", "p:1"),
        ("y.test x.test", "https://x.test/", "direct"), ("", "https://x.test/", "p:1"),
        (",,", "https://x.test/", "p:1"), ("x.test:443", "https://x.test/", "direct"),
        ("x.test:8443", "https://x.test/", "p:1"), ("10.0.0.0/8", "https://10.1.2.3/", "direct"),
        ("10.0.0.0/8", "https://11.1.2.3/", "p:1"), ("10.1.0.0/15", "https://10.0.2.3/", "direct"),
        ("10.2.0.0/15", "https://10.1.2.3/", "p:1"), ("10.1.2.3", "https://10.1.2.3/", "direct"),
        ("fd00::/8", "https://[fd12::1]/", "direct"), ("0.0.0.0/0", "https://x.test/", "p:1"),
        ("10.0.0.0/33", "https://10.1.2.3/", "p:1"),
    ])
    func `exceptions are suffixes, addresses and blocks`(
        _ exceptions: String,
        _ url: String,
        _ expected: String
    ) throws {
        let proxy = try ProxyAddress("http://p:1")
        #expect(try choose(.setting(proxy, except: exceptions), url) == expected)
        let variables = ["https_proxy": "http://p:1", "NO_PROXY": exceptions]
        #expect(try choose(.environment(variables), url) == expected)
        #expect(try choose(.direct, url) == "direct")
    }
}
