internal import Glibc

/// A block of addresses such as `10.0.0.0/8`, or one address.
struct NetworkBlock: Hashable {
    private let octets: [UInt8]
    private let bits: Int

    /// What is never reached through a proxy of the environment.
    static let loopback = ["127.0.0.0/8", "::1"].compactMap(NetworkBlock.init)

    /// Reads an address, with or without the length of its prefix.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let octets = Self.octets(String(first))
        else { return nil }
        self.octets = octets
        guard parts.count == 2 else {
            bits = octets.count * 8
            return
        }
        guard let length = UInt8(parts[1]), Int(length) <= octets.count * 8 else { return nil }
        bits = Int(length)
    }

    /// Whether an address in text lies in the block; a host name never does.
    func contains(_ text: String) -> Bool {
        guard let other = Self.octets(text), other.count == octets.count else { return false }
        let whole = bits / 8
        guard other.prefix(whole) == octets.prefix(whole) else { return false }
        guard bits % 8 > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - bits % 8))
        return other[whole] & mask == octets[whole] & mask
    }

    private static func octets(_ text: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        return inet_pton(AF_INET6, text, &sixteen) == 1 ? sixteen : nil
    }
}
