/// Which requests go through which proxy.
package enum ProxyChoice: Hashable, Sendable {
    /// Never through a proxy, as for the metadata service of a cloud.
    case direct
    /// Through this one, but for hosts that the exceptions name as `NO_PROXY` does.
    case setting(ProxyAddress, except: String = "")
    /// As the environment says: `https_proxy`, `http_proxy`, `no_proxy`, each also in upper case.
    case environment([String: String])

    /// The proxy for a request, or `nil` where it goes directly.
    ///
    /// This machine is always reached directly. In `no_proxy`, entries stand between commas or
    /// spaces: `*` is every host, `example.com` is that domain with all below it, as are
    /// `.example.com` and `*.example.com`; addresses may be blocks such as `10.0.0.0/8`; an entry
    /// with a port means that port only.
    ///
    /// - Throws: ``ProxyDefect`` when the variable that counts cannot be read: going around a
    ///   proxy that somebody wanted would be worse than stopping.
    package func proxy(for address: WebAddress) throws(ProxyDefect) -> ProxyAddress? {
        if address.isLoopback { return nil }
        switch self {
        case .direct:
            return nil
        case .setting(let proxy, let exceptions):
            return Self.isExcepted(address, exceptions) ? nil : proxy
        case .environment(let variables):
            let name = address.isSecure ? "https_proxy" : "http_proxy"
            guard let text = Self.variable(name, variables), !text.isEmpty,
                !Self.isExcepted(address, Self.variable("no_proxy", variables) ?? "")
            else { return nil }
            return try ProxyAddress(text)
        }
    }

    /// The lower-case spelling counts first, as with other programs.
    private static func variable(_ name: String, _ variables: [String: String]) -> String? {
        variables[name] ?? variables[name.uppercased()]
    }

    private static func isExcepted(_ address: WebAddress, _ exceptions: String) -> Bool {
        exceptions.split { $0 == "," || $0 == " " }.contains { covers($0, address) }
    }

    private static func covers(_ entry: Substring, _ address: WebAddress) -> Bool {
        if entry == "*" { return true }
        if let block = NetworkBlock(entry) { return block.contains(address.host) }
        var name = entry
        if name.hasPrefix("*.") { name = name.dropFirst(1) }
        if name.hasPrefix(".") { name = name.dropFirst(1) }
        guard let place = HostAndPort(name), !place.host.isEmpty else { return false }
        if let port = place.port, port != address.port { return false }
        return address.host == place.host || address.host.hasSuffix(".\(place.host)")
            || NetworkBlock(place.host)?.contains(address.host) == true
    }
}
