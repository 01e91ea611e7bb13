import Settings
import TestSupport

/// The package's root folder.
let packageRoot = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// A file system that exists only in the words of its paths.
func fictionalProbe(
    credentialsDirectory: String? = "/run/credentials/postchute.service",
    environment: [String: String] = [:]
) -> SettingsProbe {
    SettingsProbe(
        look: fictionalFile,
        hasGroup: { $0 != "ghosts" },
        isTimeZone: { !$0.contains("missing") },
        credentialsDirectory: credentialsDirectory,
        environment: { environment[$0] }
    )
}

/// What Kubernetes gives a pod with workload identity.
let podEnvironment = [
    "AZURE_TENANT_ID": "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1c",
    "AZURE_CLIENT_ID": "0f3c1e6a-7b2d-4c58-9a41-5d6e7f809a1b",
    "AZURE_FEDERATED_TOKEN_FILE": "/run/secrets/azure/tokens/azure-identity-token",
    "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
]

private func fictionalFile(_ path: String) -> ProbedFile {
    switch path {
    case "/dev/null": .other
    case "/srv/file": .file(mode: 0o644, isReadable: true)
    case "/srv/link", "/srv/drop/erp": .folder(.init(device: 1, inode: 7))
    case let path where path.contains("missing"): .missing
    case let path where path.contains("unreadable"): .file(mode: 0o600, isReadable: false)
    case let path where path.contains("open"): .file(mode: 0o644, isReadable: true)
    case let path where path.hasPrefix("/root/"): .hidden("Permission denied")
    case let path where path.hasPrefix("/srv/"): .folder(.init(device: 1, inode: number(path)))
    case let path where path.hasPrefix("/var/") || path.hasPrefix("/mnt/"):
        .missing
    default: .file(mode: 0o640, isReadable: true)
    }
}

private func number(_ path: String) -> UInt64 {
    path.utf8.reduce(1000) { $0 &* 31 &+ UInt64($1) }
}

/// Parses a text and returns the settings, or fails the test with the complaints.
func parse(_ text: String) throws -> RelaySettings {
    try RelaySettings.parse(
        Array(text.utf8),
        file: "postchute.toml",
        credentialsDirectory: "/run/credentials/postchute.service"
    )
}
