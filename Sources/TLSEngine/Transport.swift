internal import COpenSSL
internal import COpenSSLShims
internal import NIOCore

/// The network side of one connection: a BIO over two `ByteBuffer`s.
///
/// Received buffers are adopted without a copy and records are written straight into the buffer
/// that goes to the network. OpenSSL's own memory BIO would copy every octet once more each way.
final class Transport {
    /// Octets from the network that OpenSSL has not consumed yet.
    private var incoming = ByteBuffer()
    /// Octets for the network that nobody has taken yet.
    private var outgoing = ByteBuffer()
    /// Whether the network connection has delivered its last octet.
    private(set) var hasEnded = false
    /// The first octets ever received, to tell TLS from anything else and to quote it.
    private(set) var opening: [UInt8] = []

    private static let openingLimit = 80

    /// Adds what the network delivered, leaving `octets` empty.
    func receive(_ octets: inout ByteBuffer) {
        if opening.count < Self.openingLimit {
            opening += octets.readableBytesView.prefix(Self.openingLimit - opening.count)
        }
        if incoming.readableBytes == 0 {
            incoming = octets
            octets = ByteBuffer()
        } else {
            incoming.writeBuffer(&octets)
        }
    }

    /// Records that the network delivers nothing more.
    func end() { hasEnded = true }

    /// Drops what was received and not consumed.
    func discardIncoming() { incoming = ByteBuffer() }

    /// Makes room once for records that are about to be written.
    func reserveOutgoing(_ count: Int) {
        outgoing.reserveCapacity(minimumWritableBytes: count)
    }

    /// Takes what is due to the network, or `nil` when nothing is.
    func takeOutgoing() -> ByteBuffer? {
        guard outgoing.readableBytes > 0 else { return nil }
        defer { outgoing = ByteBuffer() }
        return outgoing
    }

    /// Creates a BIO over this transport, which must outlive it.
    func makeBIO() throws(TLSError) -> OpaquePointer {
        guard let method = Self.method, let bio = BIO_new(method) else {
            throw .setup(failed: "BIO_new")
        }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    // nonisolated(unsafe) because the method table is written once, here, and only read afterwards.
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = BIO_meth_new(kind, "ByteBuffer") else { return nil }
        BIO_meth_set_read_ex(method) { bio, destination, capacity, count in
            Transport.of(bio)?.supply(bio, destination, capacity, count) ?? 0
        }
        BIO_meth_set_write_ex(method) { bio, source, length, count in
            Transport.of(bio)?.accept(source, length, count) ?? 0
        }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in
            Transport.of(bio)?.control(command) ?? 0
        }
        return method
    }()

    private static func of(_ bio: OpaquePointer?) -> Transport? {
        BIO_get_data(bio).map { Unmanaged<Transport>.fromOpaque($0).takeUnretainedValue() }
    }

    private func supply(
        _ bio: OpaquePointer?,
        _ destination: UnsafeMutablePointer<CChar>?,
        _ capacity: Int,
        _ count: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        COpenSSLShims_BIO_clear_retry_flags(bio)
        let length = min(capacity, incoming.readableBytes)
        guard length > 0, let destination else {
            if !hasEnded { COpenSSLShims_BIO_set_retry_read(bio) }
            return 0
        }
        incoming.readWithUnsafeReadableBytes { source in
            UnsafeMutableRawBufferPointer(start: destination, count: capacity)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(length)))
            return length
        }
        // Gives a buffer of the channel back as soon as it is used up.
        if incoming.readableBytes == 0 { incoming = ByteBuffer() }
        count?.pointee = length
        return 1
    }

    private func accept(
        _ source: UnsafePointer<CChar>?,
        _ length: Int,
        _ count: UnsafeMutablePointer<Int>?
    ) -> Int32 {
        outgoing.writeBytes(UnsafeRawBufferPointer(start: source, count: length))
        count?.pointee = length
        return 1
    }

    private func control(_ command: Int32) -> Int {
        switch command {
        case BIO_CTRL_FLUSH: 1
        // Lets libssl tell an end of the stream from a lack of octets.
        case BIO_CTRL_EOF: hasEnded && incoming.readableBytes == 0 ? 1 : 0
        default: 0
        }
    }
}
