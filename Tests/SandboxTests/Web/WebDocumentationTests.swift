import TestSupport
import Testing

@testable import Sandbox

/// Compares the part of `docs/sandbox.md` about the HTTP side with the code.
@Suite("Sandbox documentation, HTTP side")
struct WebDocumentationTests {
    private static func page() throws -> String {
        let path = DocumentationTests.path("docs/sandbox.md")
        return String(decoding: try readFile(path), as: UTF8.self)
    }

    @Test func `the refusals of the token endpoint are those of the code`() throws {
        let rows = SignInRefusal.examples.sorted { $0.code < $1.code }
            .map { "| \($0.code) | `\($0.error)` |\n" }.joined()
        #expect(try Self.page().contains("| AADSTS | `error` |\n| --- | --- |\n\(rows)"), "\(rows)")
    }

    @Test func `every fault by address on the page can be read`() throws {
        let page = try Self.page()
        var count = 0
        for piece in page.split(separator: "`") where piece.hasPrefix("graph.") {
            guard let address = SandboxAddress(piece) else { continue }
            #expect(WebFault(address: address) != nil, "\(piece)")
            count += 1
        }
        #expect(count >= 10)
    }

    @Test(arguments: [
        "graph", "graph.what", "graph.200.429", "graph.99", "graph.503-retry-x",
        "graph.delay-2h", "graph.once", "graph.once.once.429",
    ])
    func `an address that names no fault of Graph asks for none`(_ local: String) throws {
        let address = try #require(SandboxAddress("\(local)@fault.test"))
        #expect(WebFault(address: address) == nil)
    }

    @Test func `every refusal of the token endpoint has a number of its own or a text of its own`()
    {
        let texts = SignInRefusal.examples.map(\.text)
        #expect(Set(texts).count == texts.count)
        #expect(
            texts.allSatisfy {
                $0.hasSuffix(".") || $0.hasSuffix("]") || $0.hasSuffix("certCreds.")
            }
        )
    }
}
