package import Documents
internal import Glibc
internal import MailMessage
package import Settings

extension RelaySettings {
    /// What is made of a pickup's files; `nil` where they are messages.
    package func documents(of pickup: PickupSettings) -> DocumentRules? {
        guard let settings = pickup.documents else { return nil }
        let messages = rules(of: pickup)
        return DocumentRules(
            pickup: pickup.name,
            from: settings.from,
            to: settings.to,
            cc: settings.cc,
            subject: settings.subject,
            body: settings.body,
            types: settings.types,
            zone: settings.zone,
            envelope: messages.envelope,
            maximumOctets: messages.maximumOctets
        )
    }
}

extension DocumentSettings {
    /// The clock of the pickup; UTC where the system has no such file, as a system in UTC may.
    fileprivate var zone: ZoneRules { ZoneFile.octets(zoneFile).flatMap(ZoneRules.init) ?? .utc }
}

/// Reads the system's file of a time zone.
private enum ZoneFile {
    /// No zone file is a tenth as large.
    private static let maximumOctets = 262_144

    static func octets(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while octets.count < maximumOctets {
            let count = read(descriptor, &buffer, buffer.count)
            if count <= 0 { break }
            octets += buffer[..<count]
        }
        return octets
    }
}
