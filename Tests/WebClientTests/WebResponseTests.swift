import Testing
import WebClient

@Suite("Responses")
struct WebResponseTests {
    @Test func `the first of several fields counts`() {
        let response = WebResponse(
            status: 429,
            headers: [
                WebResponse.Header(name: "retry-after", value: "7"),
                WebResponse.Header(name: "retry-after", value: "9"),
            ]
        )
        #expect(response.header("retry-after") == "7")
        #expect(response.header("date") == nil)
    }
}
