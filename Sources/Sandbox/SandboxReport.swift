internal import Glibc

extension SandboxServer {
    /// The addresses as a JSON object, for scripts that let the system choose the ports.
    package var portsJSON: String {
        let ports = ports.sorted { $0.key.rawValue < $1.key.rawValue }
        let web = [("https", securePort), ("http", plainPort)].filter { $0.1 > 0 }
        let members = (ports.map { ($0.key.rawValue, $0.value) } + web)
            .map { ",\n  \"\($0.0)\": \($0.1)" }
        return "{\n  \"host\": \"\(host)\"\(members.joined())\n}\n"
    }

    /// Writes `ports.json` into the folder; without a folder it does nothing.
    ///
    /// - Throws: ``SandboxError/folder(_:_:)``.
    package func writePorts() throws(SandboxError) { try write(portsJSON, "ports.json") }

    /// Writes `counts.json` into the folder; without a folder it does nothing.
    ///
    /// - Throws: ``SandboxError/folder(_:_:)``.
    package func writeCounts() throws(SandboxError) { try write(counts.json, "counts.json") }

    private func write(_ text: String, _ name: String) throws(SandboxError) {
        guard let folder else { return }
        let temporary = "\(folder)/.\(name)-\(getpid())"
        guard MessageStore.write(text, to: "\(folder)/\(name)", by: temporary) else {
            throw .folder(folder, SystemError.current)
        }
    }
}

extension SandboxSide {
    /// What a side is, for people.
    package var title: String {
        switch self {
        case .submission: "client submission (smtp.office365.com:587)"
        case .relay: "connectors and direct send (the MX, port 25)"
        case .highVolume: "High Volume Email (smtp-hve.office365.com:587)"
        case .communication: "Azure Communication Services (smtp.azurecomm.net:587)"
        }
    }
}
