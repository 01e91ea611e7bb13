internal import CLinux
internal import Glibc
package import Settings
internal import Spool
package import WebClient

/// Sends notices to a chat or another service by HTTPS.
///
/// The address is a secret: no sentence has more of it than the host.
package struct WebhookSender: AlertSender {
    private let webhook: AlertWebhook
    private let host: String
    private let transport: any WebTransport

    private static let maximumAddressOctets = 4096
    private static let maximumResponseOctets = 65_536

    /// Creates a sender; `host` is the name this host calls itself.
    package init(_ webhook: AlertWebhook, host: String, transport: any WebTransport) {
        (self.webhook, self.host, self.transport) = (webhook, host, transport)
    }

    package func send(_ notice: Notice) async -> String? {
        do throws(WebhookError) {
            let address = try Self.address(in: webhook.url.path)
            let service = try Self.check(address, webhook)
            try Self.judge(try await post(notice, to: address), from: service.host)
            return nil
        } catch {
            return error.sentence
        }
    }

    private func post(
        _ notice: Notice,
        to address: String
    ) async throws(WebhookError) -> WebResponse {
        let request = WebRequest(
            method: "POST",
            url: address,
            headers: [
                ("content-type", "application/json; charset=utf-8"), ("accept", "*/*"),
                ("user-agent", "postchute"),
            ],
            body: .octets(NoticeJSON.octets(notice, webhook.format, host: host)),
            timeout: webhook.timeout,
            maximumResponseOctets: Self.maximumResponseOctets
        )
        do throws(WebError) {
            return try await transport.send(request)
        } catch {
            throw WebhookError("The request failed: \(error.sentence).")
        }
    }

    /// Reads the address, which may have been replaced since the last time.
    private static func address(in path: String) throws(WebhookError) -> String {
        let descriptor = linux_open_following(AT_FDCWD, path, O_RDONLY, 0)
        guard descriptor >= 0 else {
            let reason = String(cString: linux_error_text(-descriptor))
            throw WebhookError("The file of the address, \(path), cannot be read: \(reason).")
        }
        defer { _ = linux_close(descriptor) }
        var octets = [UInt8](repeating: 0, count: maximumAddressOctets + 1)
        let count = octets.withUnsafeMutableBytes {
            linux_read(descriptor, $0.baseAddress, $0.count)
        }
        guard count > 0, count <= maximumAddressOctets else {
            throw WebhookError("The file of the address, \(path), is empty or too long.")
        }
        let words = octets[..<Int(count)].split { $0 <= 0x20 }
        guard words.count == 1, words[0].allSatisfy({ $0 < 0x7F }) else {
            throw WebhookError("The file of the address, \(path), must hold one address alone.")
        }
        return String(decoding: words[0], as: UTF8.self)
    }

    /// The host that an address names, if a request may go there.
    static func check(
        _ address: String,
        _ webhook: AlertWebhook
    ) throws(WebhookError) -> WebAddress {
        let path = webhook.url.path
        guard let service = WebAddress(address) else {
            throw WebhookError("What \(path) holds is no address that begins with https://.")
        }
        guard service.isSecure || webhook.allowsLoopback && service.isLoopback else {
            throw WebhookError("The address in \(path) does not begin with https://.")
        }
        let isKnown = webhook.hosts.contains { entry in
            let name = entry.hasPrefix("*.") ? String(entry.dropFirst(2)) : entry
            let domain = (name.hasPrefix(".") ? String(name.dropFirst()) : name).lowercased()
            return service.host == domain || service.host.hasSuffix(".\(domain)")
        }
        guard isKnown else {
            throw WebhookError(
                "The host \(service.host) in \(path) is not among hosts: "
                    + "\(webhook.hosts.joined(separator: ", "))."
            )
        }
        return service
    }

    private static func judge(
        _ response: WebResponse,
        from host: String
    ) throws(WebhookError) {
        switch response.status {
        case 200..<300: return
        case 300..<400:
            throw WebhookError(
                "\(host) answered \(response.status), which leads elsewhere and is not followed: "
                    + "correct the address."
            )
        case 401, 403, 404, 410:
            throw WebhookError(
                "\(host) answered \(response.status): the address is no longer valid. Make a new "
                    + "one and put it into the file."
            )
        default: throw WebhookError("\(host) answered \(response.status).")
        }
    }
}

/// Why a request did not bring a notice to people.
struct WebhookError: Error {
    /// One sentence without the address.
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
