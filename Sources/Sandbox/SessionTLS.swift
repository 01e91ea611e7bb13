internal import NIOCore
internal import TLSEngine

extension SessionHandler {
    func startTLS(_ spoilt: SpoiltHandshake?, _ context: ChannelHandlerContext) {
        flush(context)
        // RFC 3207 §4.2: what came before the handshake may have been injected.
        input = ByteBuffer()
        lines = CommandLineReader()
        switch spoilt {
        case .garbage?, .close?:
            mode = spoilt.map { .spoiltHandshake($0) } ?? .lines
        case nil, .expired?, .wrongName?:
            guard let connection = try? core.context(spoilt: spoilt)?.makeServerConnection() else {
                return fail(context)
            }
            tls = connection
            isSecured = false
        }
    }

    func spoil(_ spoilt: SpoiltHandshake, _ context: ChannelHandlerContext) {
        mode = .deaf
        if spoilt == .garbage {
            output.writeString("500 5.3.3 This is not TLS, because a fault was asked for\r\n")
            flush(context)
        }
        core.tally.count { $0.tlsFailures += 1 }
        context.close(promise: nil)
    }

    /// Carries the handshake on, or decrypts what was received.
    func readTLS(_ tls: TLSConnection, _ context: ChannelHandlerContext) {
        do throws(TLSError) {
            if !isSecured {
                guard try tls.advance() == .open else { return flush(context) }
                isSecured = true
                core.tally.count { $0.handshakes += 1 }
                let summary = tls.summary
                let names = tls.peerCertificate.map(Self.names) ?? []
                tell(context) { session, now, books in
                    session.secured(by: summary, certificateNames: names, at: now, &books)
                }
            }
            try readPlaintext(tls, context)
        } catch {
            fail(context)
        }
    }

    /// What a certificate is made out to, its common name included as older ones have it there.
    private static func names(of certificate: CertificateFacts) -> [String] {
        let parts = certificate.subject.split(separator: ",")
        let common = parts.first { $0.hasPrefix("CN=") }.map { String($0.dropFirst(3)) }
        return certificate.names + (common.map { [$0] } ?? [])
    }

    func readPlaintext(
        _ tls: TLSConnection,
        _ context: ChannelHandlerContext
    ) throws(TLSError) {
        while true {
            if case .deaf = mode { input.clear() }
            switch try tls.read(into: &input) {
            case .octets: process(context)
            case .needMore: return
            case .closed:
                flush(context)
                context.close(promise: nil)
                return
            }
        }
    }

    func fail(_ context: ChannelHandlerContext) {
        if case .deaf = mode {} else { core.tally.count { $0.tlsFailures += 1 } }
        mode = .deaf
        if let alert = tls?.takeCiphertext() {
            context.writeAndFlush(wrapOutboundOut(alert), promise: nil)
        }
        context.close(promise: nil)
    }
}
