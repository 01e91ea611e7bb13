internal import Glibc
internal import Settings

/// Which names a request may be meant for.
///
/// A hostile page can give its own name this host's address (DNS rebinding); its requests still carry
/// its name. Ports differ through tunnels and say nothing.
struct HostRule: Sendable {
    private let names: Set<String>
    private let allowsAddresses: Bool

    /// Creates the rule of an address to listen on and of names from the settings.
    init(_ settings: HTTPSettings) {
        var names = Set(settings.allowedHosts.map { $0.lowercased() })
        switch settings.listen {
        case .network(let host, _):
            names.insert(host.lowercased())
            if settings.listen.isLocal { names.formUnion(["localhost", "127.0.0.1", "::1"]) }
            // Of all addresses, each is the host's own; nobody can give a page an address as its name.
            allowsAddresses = ["0.0.0.0", "::"].contains(host)
        case .unix:
            names.insert("localhost")
            allowsAddresses = false
        }
        self.names = names
    }

    /// Whether a `Host` field, with a port or without, is one of ours.
    func allows(_ field: String) -> Bool {
        guard let name = Self.name(field) else { return false }
        return allows(name: name)
    }

    private func allows(name: String) -> Bool {
        if names.contains(name) || allowsAddresses && Self.isAddress(name) { return true }
        // "*.contoso.com" and ".contoso.com" stand for all below.
        return names.contains { rule in
            let domain = rule.hasPrefix("*.") ? String(rule.dropFirst()) : rule
            return domain.hasPrefix(".") && name.hasSuffix(domain)
        }
    }

    /// The name of a `Host` field in lower case, without port and brackets.
    static func name(_ field: String) -> String? {
        var name = field.lowercased()
        guard name.utf8.count <= 260, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
            let port = name[name.index(after: colon)...]
            guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), port.utf8.count <= 5 else {
                return nil
            }
            name = String(name[..<colon])
        }
        if name.hasPrefix("["), name.hasSuffix("]") {
            return String(name.dropFirst().dropLast())
        }
        if name.hasSuffix(".") { name.removeLast() }
        return name.isEmpty || name.contains(":") ? nil : name
    }

    private static func isAddress(_ name: String) -> Bool {
        var octets = in6_addr()
        return inet_pton(AF_INET, name, &octets) == 1 || inet_pton(AF_INET6, name, &octets) == 1
    }
}
