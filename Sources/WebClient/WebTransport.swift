/// Carries one HTTP request to a service and brings its response back.
///
/// The seam between those who speak to Microsoft's services (tokens, Graph) and the library that
/// moves the octets.
package protocol WebTransport: Sendable {
    /// Sends a request and waits for the whole response; never follows a redirect.
    func send(_ request: WebRequest) async throws(WebError) -> WebResponse
}

/// One HTTP request.
package struct WebRequest: Sendable {
    /// What a request carries.
    package enum Body: Sendable {
        case none
        case octets([UInt8])
        /// Chunks in order, `nil` after the last one; asked for one at a time, once each.
        ///
        /// An error ends the request without its last chunk, so that no service can take it for whole.
        case chunks(length: Int?, next: @Sendable () async throws -> [UInt8]?)
    }

    /// The method in upper case.
    package var method: String
    /// An absolute `https` or `http` address.
    package var url: String
    /// Names in any case, in the order they are sent.
    package var headers: [(name: String, value: String)]
    package var body: Body
    /// From the first octet to the end of the response, name resolution included.
    package var timeout: Duration
    /// The longest response that is read; a longer one is an error.
    package var maximumResponseOctets: Int

    /// Creates a request.
    package init(
        method: String,
        url: String,
        headers: [(name: String, value: String)] = [],
        body: Body = .none,
        timeout: Duration = .seconds(30),
        maximumResponseOctets: Int = 262_144
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maximumResponseOctets = maximumResponseOctets
    }
}

/// A whole HTTP response.
package struct WebResponse: Hashable, Sendable {
    package var status: Int
    /// Names in lower case, in the order received.
    package var headers: [Header]
    package var body: [UInt8]

    /// One field of a response.
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        /// Creates a field.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Creates a response.
    package init(status: Int, headers: [Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first field of a name in lower case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// Why a request has no response.
package struct WebError: Error, Hashable, Sendable {
    /// What is known of the request's fate.
    package enum Fate: Hashable, Sendable {
        /// The service cannot have read the request to its end.
        case notSent
        /// The last octet was handed over: the service may have acted on it.
        case unanswered
    }

    /// What failed.
    package enum Kind: Hashable, Sendable {
        /// No connection to the host or the proxy.
        case connect
        /// TLS or the certificate.
        case tls
        case timeout
        /// The connection broke.
        case lost
        /// The response is not HTTP, or longer than was asked for.
        case response
        /// The body's source failed or the task was cancelled.
        case aborted
    }

    package var kind: Kind
    package var fate: Fate
    /// What happened, in one sentence that names the host; never a secret.
    package var sentence: String

    /// Creates an error.
    package init(_ kind: Kind, _ fate: Fate, _ sentence: String) {
        self.kind = kind
        self.fate = fate
        self.sentence = sentence
    }
}
