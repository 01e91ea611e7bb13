internal import COpenSSL

/// One entry of OpenSSL's error queue.
struct OpenSSLFault: Hashable {
    let library: Int32
    let reason: Int32
    let text: String

    /// Takes every entry out of this thread's queue, the first cause first.
    static func drain() -> [OpenSSLFault] {
        var faults: [OpenSSLFault] = []
        while case let code = ERR_get_error(), code != 0 {
            faults.append(OpenSSLFault(code))
        }
        return faults
    }

    private init(_ code: UInt) {
        library = ERR_GET_LIB(code)
        reason = ERR_GET_REASON(code)
        text = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
    }

    /// The alert the peer sent, if this entry reports one.
    var alert: TLSAlert? {
        guard library == ERR_LIB_SSL else { return nil }
        return UInt8(exactly: reason - SSL_AD_REASON_OFFSET).map(TLSAlert.init)
    }

    /// Whether this is the given reason of libssl.
    func isTLS(_ reasons: Int32...) -> Bool {
        library == ERR_LIB_SSL && reasons.contains(reason)
    }
}

extension TLSError {
    /// The error for a set-up call of OpenSSL that failed, with what its queue says.
    static func setup(failed call: String) -> TLSError {
        .setup(.openSSL(call: call, detail: OpenSSLFault.drain().first?.text ?? "out of memory"))
    }
}
