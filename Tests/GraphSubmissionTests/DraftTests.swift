import Foundation
import MailMessage
import Submission
import Synchronization
import TestSupport
import Testing
import WebClient

@testable import GraphSubmission

@Suite("Large messages through Microsoft Graph")
struct DraftTests {
    @Test func `a large message becomes a draft with its attachments, and is sent`() async throws {
        let service = DraftedGraph()
        let picture = Data(repeating: 7, count: 3000)
        let file = Data((0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let harness = Harness(try Self.route(), service)
        let report = await harness.submit(
            try Self.source(
                """
                From: ERP <erp@contoso.com>
                To: b@example.org
                Cc: c@example.org
                Reply-To: d@example.org
                Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= "x"
                Message-ID: <1@contoso.com>
                Importance: High
                X-One: 1
                Content-Type: multipart/mixed; boundary=m

                --m
                Content-Type: multipart/alternative; boundary=a

                --a

                plain
                --a
                Content-Type: text/html

                <p>text</p>
                --a--
                --m
                Content-Type: image/png
                Content-ID: <pic@x>
                Content-Transfer-Encoding: base64

                \(lines(picture))
                --m
                Content-Type: application/pdf; name="x.pdf"
                Content-Transfer-Encoding: base64

                \(lines(file))
                --m--

                """,
                to: ["b@example.org", "c@example.org", "hidden@example.org"]
            )
        )
        guard case .accepted(let reply) = report.end else { throw WaitError("\(report.end)") }
        #expect(reply.summary == "202 Accepted by Microsoft Graph [request-id s-1]")
        #expect(report.recipients.count == 3)
        #expect(
            service.lines == [
                "POST /messages", "POST /messages/AA%3D/attachments",
                "POST /messages/AA%3D/attachments", "POST /messages/AA%3D/send",
            ]
        )
        let draft = try #require(service.draft)
        #expect(draft["subject"] as? String == "Grüße \"x\"")
        #expect(draft["importance"] as? String == "high")
        #expect(draft["internetMessageId"] as? String == "<1@contoso.com>")
        #expect(Self.addresses(draft["toRecipients"]) == ["b@example.org"])
        #expect(Self.addresses(draft["ccRecipients"]) == ["c@example.org"])
        #expect(Self.addresses(draft["bccRecipients"]) == ["hidden@example.org"])
        #expect(Self.addresses(draft["replyTo"]) == ["d@example.org"])
        let body = draft["body"] as? [String: String]
        #expect(body == ["contentType": "html", "content": "<p>text</p>"])
        let headers = draft["internetMessageHeaders"] as? [[String: String]]
        #expect(headers == [["name": "X-One", "value": "1"]])
        #expect(
            service.attachments.map { $0["name"] as? String ?? "" } == [
                "attachment-3.png", "x.pdf",
            ]
        )
        #expect(service.attachments[0]["contentId"] as? String == "pic@x")
        #expect(service.attachments[0]["isInline"] as? Bool == true)
        #expect(service.contents == [picture, file])
        #expect(
            harness.warnings == [
                "The message test was too large for one request to Microsoft Graph and was rebuilt as a"
                    + " draft; its Date, the names beside addresses and the order of its parts, and its"
                    + " plain text beside the HTML are not kept."
            ]
        )
    }

    @Test func `an attachment above the limit is uploaded in ranges, without the token`()
        async throws
    {
        let service = DraftedGraph()
        let octets = DraftService.rangeOctets + 12_345
        let file = Data((0..<octets).map { UInt8(truncatingIfNeeded: $0 &* 17) })
        let report = await Harness(try Self.route(), service).submit(
            try Self.source(Self.mixed(file))
        )
        guard case .accepted = report.end else { throw WaitError("\(report.end)") }
        #expect(
            service.lines == [
                "POST /messages", "POST /messages/AA%3D/attachments/createUploadSession",
                "PUT https://outlook.office.com/upload/1",
                "PUT https://outlook.office.com/upload/1",
                "POST /messages/AA%3D/send",
            ]
        )
        #expect(
            service.ranges == [
                "bytes 0-\(DraftService.rangeOctets - 1)/\(octets)",
                "bytes \(DraftService.rangeOctets)-\(octets - 1)/\(octets)",
            ]
        )
        #expect(DraftService.rangeOctets % (320 * 1024) == 0)
        #expect(service.uploaded == file)
        #expect(service.uploadHeaders.allSatisfy { $0["authorization"] == nil })
    }

    @Test(arguments: [
        "http://outlook.office.com/x", "https://evil.example.com/x",
        "https://outlook.office.com.evil.example.com/x", "https://outlook.office.com@evil.com/x",
        "nonsense", "",
    ])
    func `no attachment goes to a host that is none of Microsoft's`(url: String) async throws {
        let service = DraftedGraph(uploadURL: url)
        let report = await Harness(try Self.route(), service).submit(
            try Self.source(Self.mixed(Data(repeating: 1, count: 200_000)))
        )
        let detail = "the answer makes no sense while beginning an upload"
        #expect(report.end == .failed(.protocolViolation(.content, detail: detail)))
        try await waitUntil("the draft is deleted") {
            service.lines.last == "DELETE /messages/AA%3D"
        }
    }

    @Test(
        "a failed step deletes the draft, and only the last one is uncertain",
        arguments: [
            ("POST /messages", .status(403), "failed", false),
            ("POST /messages/AA%3D/attachments/createUploadSession", .status(503), "failed", true),
            ("PUT https://outlook.office.com/upload/1", .status(500), "failed", true),
            ("PUT https://outlook.office.com/upload/1", .silence, "failed", true),
            ("POST /messages/AA%3D/send", .status(429), "failed", true),
            ("POST /messages/AA%3D/send", .silence, "uncertain", false),
            ("POST /messages/AA%3D/send", .unsent, "failed", true),
            ("POST /messages/AA%3D/send", .status(200), "failed", true),
        ] as [(String, DraftedGraph.Fault, String, Bool)]
    )
    func steps(line: String, fault: DraftedGraph.Fault, end: String, deletes: Bool) async throws {
        let service = DraftedGraph(fault: (line, fault))
        let report = await Harness(try Self.route(), service).submit(
            try Self.source(Self.mixed(Data(repeating: 1, count: 200_000)))
        )
        switch report.end {
        case .failed: #expect(end == "failed")
        case .uncertain: #expect(end == "uncertain")
        case .accepted: #expect(end == "accepted")
        }
        if deletes {
            try await waitUntil("the draft is deleted") {
                service.lines.last == "DELETE /messages/AA%3D"
            }
        } else {
            #expect(service.lines.last == line)
        }
    }

    @Test func `a refused step says which it was`() async throws {
        let service = DraftedGraph(fault: ("POST /messages", .status(403)))
        let report = await Harness(try Self.route(), service).submit(
            try Self.source(Self.mixed(Data(repeating: 1, count: 200_000)))
        )
        guard case .failed(.serviceRefused(let refusal)) = report.end else {
            throw WaitError("\(report.end)")
        }
        #expect(refusal.summary == "403 ErrorFault x (while creating the draft) [request-id r-1]")
    }

    @Test func `a refused token is renewed once for the whole draft`() async throws {
        let service = DraftedGraph(staleToken: "token-1")
        let harness = Harness(try Self.route(), service)
        let report = await harness.submit(
            try Self.source(Self.mixed(Data(repeating: 1, count: 200_000)))
        )
        guard case .accepted = report.end else { throw WaitError("\(report.end)") }
        #expect(harness.tokens.requests == [false, true])
    }

    @Test(
        "what cannot be rebuilt goes by another route",
        arguments: [
            (
                "Content-Type: multipart/signed; boundary=m\n\n--m\n\n@\n--m--\n",
                "it is signed or encrypted, which rebuilding it would break"
            ),
            (
                "From: a@x\n\n-----BEGIN PGP MESSAGE-----\n@\n",
                "it is signed or encrypted, which rebuilding it would break"
            ),
            (
                "Content-Type: text/plain; charset=iso-2022-jp\n\n@\n",
                "the character set of its text is not known"
            ),
            (
                "Content-Transfer-Encoding: x-odd\n\n@\n",
                "the structure of its parts cannot be read"
            ),
        ]
    )
    func obstacles(message: String, reason: String) async throws {
        let service = DraftedGraph()
        let filler = String(repeating: String(repeating: "x", count: 70) + "\n", count: 2000)
        let report = await Harness(try Self.route(), service).submit(
            try Self.source(message.replacing("@", with: filler))
        )
        #expect(
            report.end
                == .failed(
                    .unsuitable(
                        reason: "The message is too large for one request to Microsoft Graph and"
                            + " cannot be rebuilt as a draft: \(reason).",
                        advice: "Use a route with SMTP for this message."
                    )
                )
        )
        #expect(service.lines.isEmpty)
    }

    @Test func `a content that can be had only once, or changes, never becomes a whole draft`()
        async throws
    {
        let wire = Self.mixed(Data(repeating: 1, count: 200_000))
        let service = DraftedGraph()
        let once = await Harness(try Self.route(), service).submit(
            try Self.source(wire, rewinds: false)
        )
        guard case .failed(.content) = once.end else { throw WaitError("\(once.end)") }
        #expect(!service.lines.contains { $0.hasSuffix("/send") })
        let changed = await Harness(try Self.route(), service).submit(
            try Self.source(wire, octets: 300_000)
        )
        #expect(changed.end == .failed(.content(.changed("length"))))
    }

    @Test func `the JSON of an attachment is the same in pieces as in one`() async throws {
        for count in [0, 1, 2, 3, 196_607, 196_608, 196_609, 400_000] {
            let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let body = AttachmentBody(head: "{\"a\":\"", content: content, tail: "\"}").body
            guard case .chunks(let length, let next) = body else { throw WaitError("no chunks") }
            var octets: [UInt8] = []
            while let chunk = try await next() { octets += chunk }
            let expected = "{\"a\":\"\(Data(content).base64EncodedString())\"}"
            #expect(String(decoding: octets, as: UTF8.self) == expected)
            #expect(length == octets.count)
        }
    }

    private static func route() throws -> GraphRoute {
        var route = try GraphRoute.test()
        route.large = .draft
        route.maximumRequestOctets = 120_000
        return route
    }

    private static func source(
        _ message: String,
        to: [String] = ["b@example.org"],
        octets: Int? = nil,
        rewinds: Bool = true
    ) throws -> TestSource {
        let text = message.replacing("\n", with: "\r\n")
        var encoder = WireEncoder()
        var wire: [UInt8] = []
        Array(text.utf8).withUnsafeBytes { encoder.encode($0, into: &wire) }
        encoder.finish(into: &wire)
        var chunks: [String] = []
        var rest = wire[...]
        while !rest.isEmpty {
            chunks.append(String(decoding: rest.prefix(100_000), as: UTF8.self))
            rest = rest.dropFirst(100_000)
        }
        let named = HeaderRecipients(of: text.utf8).addresses.map(\.text)
        return try TestSource(
            to: to,
            named: named,
            wire: chunks,
            octets: octets,
            rewinds: rewinds
        )
    }

    private static func mixed(_ file: Data) -> String {
        """
        From: erp@contoso.com
        To: b@example.org
        Content-Type: multipart/mixed; boundary=m

        --m

        text
        --m
        Content-Type: application/octet-stream; name="x.bin"
        Content-Transfer-Encoding: base64

        \(lines(file))
        --m--

        """
    }

    private static func addresses(_ list: Any?) -> [String] {
        (list as? [[String: [String: String]]] ?? []).compactMap {
            $0["emailAddress"]?["address"]
        }
    }
}

/// Base64 in lines.
private func lines(_ data: Data) -> String {
    data.base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed])
}

/// Microsoft Graph as far as drafts need it.
final class DraftedGraph: WebTransport {
    /// What one step does instead of what it should.
    enum Fault: Sendable {
        case status(Int)
        /// The request arrives and there is no answer.
        case silence
        /// The request does not arrive.
        case unsent
    }

    private struct State {
        var lines: [String] = []
        var draft: [UInt8] = []
        var attachments: [[UInt8]] = []
        var ranges: [String] = []
        var uploaded: [UInt8] = []
        var uploadHeaders: [[String: String]] = []
    }

    private let uploadURL: String
    private let fault: (line: String, Fault)?
    private let staleToken: String?
    private let state = Mutex(State())

    init(
        uploadURL: String = "https://outlook.office.com/upload/1",
        fault: (line: String, Fault)? = nil,
        staleToken: String? = nil
    ) {
        self.uploadURL = uploadURL
        self.fault = fault
        self.staleToken = staleToken
    }

    var lines: [String] { state.withLock { $0.lines } }
    var ranges: [String] { state.withLock { $0.ranges } }
    var uploaded: Data { Data(state.withLock { $0.uploaded }) }
    var uploadHeaders: [[String: String]] { state.withLock { $0.uploadHeaders } }

    var draft: [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(state.withLock { $0.draft })) as? [String: Any]
    }

    var attachments: [[String: Any]] {
        state.withLock { $0.attachments }.compactMap {
            try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
        }
    }

    var contents: [Data?] {
        attachments.map { ($0["contentBytes"] as? String).flatMap { Data(base64Encoded: $0) } }
    }

    func send(_ request: WebRequest) async throws(WebError) -> WebResponse {
        let body: [UInt8]
        do {
            body = try await Self.octets(request.body)
        } catch {
            throw WebError(.aborted, .notSent, "the body's source failed")
        }
        var headers: [String: String] = [:]
        for header in request.headers { headers[header.name.lowercased()] = header.value }
        let base = "https://graph.example.com/v1.0/users/erp@contoso.com"
        let line = "\(request.method) \(request.url.replacing(base, with: ""))"
        if let staleToken, headers["authorization"] == "Bearer \(staleToken)" {
            return .refusal(401, "InvalidAuthenticationToken")
        }
        state.withLock { $0.lines.append(line) }
        if let fault, fault.line == line {
            switch fault.1 {
            case .status(let status): return .refusal(status, status < 300 ? "" : "ErrorFault")
            case .silence: throw WebError(.lost, .unanswered, "lost")
            case .unsent: throw WebError(.lost, .notSent, "lost")
            }
        }
        return answer(line, headers, body)
    }

    private func answer(_ line: String, _ headers: [String: String], _ body: [UInt8]) -> WebResponse
    {
        switch line {
        case "POST /messages":
            state.withLock { $0.draft = body }
            return WebResponse(status: 201, body: Array(#"{"id":"AA=","subject":"x"}"#.utf8))
        case "POST /messages/AA%3D/attachments":
            state.withLock { $0.attachments.append(body) }
            return WebResponse(status: 201)
        case "POST /messages/AA%3D/attachments/createUploadSession":
            let json = #"{"uploadUrl":"\#(uploadURL)","nextExpectedRanges":["0-"]}"#
            return WebResponse(status: 201, body: Array(json.utf8))
        case "POST /messages/AA%3D/send":
            return WebResponse(status: 202, headers: [.init(name: "request-id", value: "s-1")])
        case "DELETE /messages/AA%3D":
            return WebResponse(status: 204)
        case _ where line.hasPrefix("PUT "):
            state.withLock { state in
                state.ranges.append(headers["content-range"] ?? "")
                state.uploaded += body
                state.uploadHeaders.append(headers)
            }
            return WebResponse(status: 200)
        default:
            return .refusal(404, "ErrorItemNotFound")
        }
    }

    private static func octets(_ body: WebRequest.Body) async throws -> [UInt8] {
        switch body {
        case .none: return []
        case .octets(let octets): return octets
        case .chunks(let length, let next):
            var octets: [UInt8] = []
            while let chunk = try await next() { octets += chunk }
            if let length, length != octets.count { throw WaitError("wrong length") }
            return octets
        }
    }
}
