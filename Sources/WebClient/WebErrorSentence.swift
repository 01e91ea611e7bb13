internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import SafeText

/// Turns what the libraries throw into kind and sentence.
struct WebErrorSentence {
    let host: String
    let timeout: Duration

    /// The error for the caller; `isConnected` is whether the request had a connection.
    func error(_ error: any Error, fate: WebError.Fate, isConnected: Bool = false) -> WebError {
        let (kind, text) = isConnected ? reading(of: error) : readingUnconnected(error)
        return WebError(kind, fate, SafeText.line(text))
    }

    private func readingUnconnected(_ error: any Error) -> (WebError.Kind, String) {
        guard let error = error as? IOError else { return reading(of: error) }
        return (.connect, "no connection to \(host): \(Self.text(error))")
    }

    private func reading(of error: any Error) -> (WebError.Kind, String) {
        switch error {
        case let defect as ProxyDefect:
            (.connect, "the address of the proxy for \(host) \(defect.phrase)")
        case let file as CAFileUnusable:
            (.tls, "the file of trusted certificates '\(file.path)' has no certificate in PEM")
        case is TransportClosed:
            (.aborted, "the request to \(host) was not sent: the program is ending")
        case is SourceFailed:
            (.aborted, "the content of the request to \(host) could not be read to its end")
        case is ResponseTooLong:
            (.response, "the response of \(host) is longer than it can sensibly be")
        case is CancellationError:
            (.aborted, "the request to \(host) was abandoned")
        case let error as HTTPClientError:
            reading(of: error)
        case HTTPParserError.invalidEOFState:
            (.lost, "\(host) closed the connection before its response was complete")
        case is HTTPParserError:
            (.response, "the response of \(host) is not HTTP")
        case let error as NIOConnectionError:
            (.connect, "no connection to \(host): \(Self.cause(error))")
        case let error as NIOSSLExtraError:
            (.tls, tls(error))
        case let error as NIOSSLError:
            (.tls, "TLS with \(host) failed: \(Self.cause(error))")
        case let error as BoringSSLError:
            (.tls, "TLS with \(host) failed: \(Self.phrase("\(error)"))")
        case ChannelError.connectTimeout:
            (.connect, "no connection to \(host): it did not answer in time")
        case let error as IOError:
            (.lost, "the connection to \(host) was lost: \(Self.text(error))")
        default:
            (.lost, "the connection to \(host) was lost")
        }
    }

    private func reading(of error: HTTPClientError) -> (WebError.Kind, String) {
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout:
            (.timeout, "\(host) did not answer the request within \(Self.text(timeout))")
        case .connectTimeout:
            (.connect, "no connection to \(host): it did not answer in time")
        case .tlsHandshakeTimeout:
            (.tls, "TLS with \(host) failed: it did not finish the handshake in time")
        case .httpProxyHandshakeTimeout:
            (.connect, "the proxy did not connect to \(host) in time")
        case .proxyAuthenticationRequired:
            (.connect, "the proxy asks for another user or password before it connects to \(host)")
        case .invalidProxyResponse:
            (.connect, "the proxy refused to connect to \(host)")
        case .cancelled, .requestStreamCancelled:
            (.aborted, "the request to \(host) was abandoned")
        case .remoteConnectionClosed, .uncleanShutdown:
            (.lost, "\(host) closed the connection before its response was complete")
        default:
            (.aborted, "the request to \(host) is not one that HTTP allows")
        }
    }

    private func tls(_ error: NIOSSLExtraError) -> String {
        error == .failedToValidateHostname
            ? "TLS with \(host) failed: its certificate is made out to another name"
            : "TLS with \(host) failed: \(Self.phrase(error.description))"
    }

    private static func cause(_ error: NIOConnectionError) -> String {
        if let first = error.connectionErrors.first {
            if let refusal = first.error as? IOError { return text(refusal) }
            if case ChannelError.connectTimeout = first.error { return "it did not answer in time" }
            return "it cannot be reached"
        }
        return "its name cannot be resolved"
    }

    private static func cause(_ error: NIOSSLError) -> String {
        guard case .handshakeFailed(let detail) = error else { return phrase("\(error)") }
        let text = "\(detail)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted" }
        if text.contains("UNSUPPORTED_PROTOCOL") || text.contains("PROTOCOL_VERSION") {
            return "it speaks no version from TLS 1.2 on"
        }
        if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS" }
        if text.contains("EOF") { return "it closed the connection during the handshake" }
        return phrase(text)
    }

    private static func phrase(_ text: String) -> String { String(text.prefix(200)) }

    private static func text(_ error: IOError) -> String {
        String(cString: strerror(error.errnoCode))
    }

    private static func text(_ duration: Duration) -> String {
        duration.formattedSeconds
    }
}

extension Duration {
    /// The duration in seconds, with one decimal where it has a fraction.
    fileprivate var formattedSeconds: String {
        let (seconds, fraction) = components
        let tenths = fraction / 100_000_000_000_000_000
        return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
    }
}
