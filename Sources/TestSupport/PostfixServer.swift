import Glibc

/// A private Postfix that takes mail for `example.org` on loopback and keeps it.
///
/// Needs root, as Postfix does. Touches nothing of the system's own Postfix.
package final class PostfixServer: Sendable {
    /// What the instance asks of its clients.
    package struct Options: Sendable {
        /// The certificate and key file of STARTTLS and implicit TLS; `nil` is plain text only.
        package var certificate: (path: String, key: String)?
        /// User names with their domain, and passwords; without one, nobody has to sign in.
        package var accounts: [String: String] = [:]
        /// More lines for `main.cf`.
        package var settings: [String] = []

        /// An open server without TLS.
        package init() {}
    }

    /// The port for plain text and STARTTLS.
    package let port: Int
    /// The port for TLS from the first octet.
    package let implicitPort: Int
    private let folder: String
    private let process: ChildProcess

    /// Starts an instance with its files in `scratch`, and waits until it listens.
    package init(in scratch: ScratchFolder, _ options: Options = Options()) async throws {
        port = try freePort()
        implicitPort = try freePort()
        folder = try scratch.makeFolder("postfix")
        // Postfix's processes run as other users and must reach their files.
        chmod(scratch.path, 0o755)
        try Self.makeFolders(scratch)
        try scratch.write(Self.main(folder, options), to: "postfix/main.cf")
        let services = try Self.services(port, implicitPort, options)
        try scratch.write(services, to: "postfix/master.cf")
        try await Self.makeAccounts(scratch, options)
        process = try ChildProcess(["postfix", "-c", folder, "start-fg"])
        try await waitUntil("Postfix to listen; its log: \(log)") { Self.canConnect(self.port) }
    }

    /// What Postfix logged.
    package var log: String {
        (try? readFile("\(folder)/mail.log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Every message delivered so far, as Postfix stored it: with its own header lines on top.
    package var messages: [String] {
        folderNames("\(folder)/mail/inbox/new").sorted().compactMap {
            (try? readFile("\(folder)/mail/inbox/new/\($0)")).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    /// Ends the instance.
    package func stop() async throws {
        try await ChildProcess(["postfix", "-c", folder, "stop"]).waitForExit()
        try await process.end()
    }
}

extension PostfixServer {
    private static let nobody: UInt32 = 65_534

    private static func makeFolders(_ scratch: ScratchFolder) throws {
        guard let postfix = getpwnam("postfix")?.pointee else {
            throw WaitError("there is no user postfix: run scripts/setup --tests")
        }
        _ = try scratch.makeFolder("postfix/spool")
        chown(try scratch.makeFolder("postfix/data"), postfix.pw_uid, postfix.pw_gid)
        chown(try scratch.makeFolder("postfix/mail"), nobody, nobody)
        _ = try scratch.makeFolder("postfix/sasl")
    }

    private static func main(_ folder: String, _ options: Options) -> String {
        var lines = [
            "compatibility_level = 3.6", "queue_directory = \(folder)/spool",
            "data_directory = \(folder)/data", "command_directory = /usr/sbin",
            "daemon_directory = /usr/lib/postfix/sbin", "mail_owner = postfix",
            "setgid_group = postdrop", "inet_interfaces = 127.0.0.1", "inet_protocols = ipv4",
            "myhostname = mail.example.org", "mydestination =", "alias_maps =",
            "maillog_file = \(folder)/mail.log", "maillog_file_prefixes = /var, /tmp, \(folder)",
            "virtual_mailbox_domains = example.org", "virtual_mailbox_base = \(folder)/mail",
            "virtual_mailbox_maps = static:inbox/", "virtual_minimum_uid = 1",
            "virtual_uid_maps = static:\(nobody)", "virtual_gid_maps = static:\(nobody)",
        ]
        if let certificate = options.certificate {
            lines += [
                "smtpd_tls_cert_file = \(certificate.path)",
                "smtpd_tls_key_file = \(certificate.key)", "smtpd_tls_security_level = may",
                "smtpd_tls_auth_only = yes",
            ]
        }
        if !options.accounts.isEmpty {
            lines += [
                "smtpd_sasl_auth_enable = yes", "smtpd_sasl_path = smtpd",
                "cyrus_sasl_config_path = \(folder)/sasl",
                "smtpd_relay_restrictions = permit_sasl_authenticated, reject",
            ]
        }
        return (lines + options.settings).joined(separator: "\n") + "\n"
    }

    private static func services(
        _ port: Int,
        _ implicitPort: Int,
        _ options: Options
    ) throws -> String {
        let original = try readFile("/usr/share/postfix/master.cf.dist")
        var lines: [String] = []
        for line in String(decoding: original, as: UTF8.self).split(separator: "\n") {
            var words = line.split(separator: " ", omittingEmptySubsequences: true)
            let isService = !line.hasPrefix("#") && !line.hasPrefix(" ") && words.count >= 8
            guard isService else {
                lines.append(String(line))
                continue
            }
            // The one that would listen on port 25.
            if words[0] == "smtp", words[1] == "inet" { continue }
            words[4] = "n"
            lines.append(words.joined(separator: " "))
        }
        lines.append("127.0.0.1:\(port) inet n - n - - smtpd")
        if options.certificate != nil {
            lines.append("127.0.0.1:\(implicitPort) inet n - n - - smtpd")
            lines.append("  -o smtpd_tls_wrappermode=yes")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func makeAccounts(_ scratch: ScratchFolder, _ options: Options) async throws {
        guard !options.accounts.isEmpty else { return }
        let database = scratch.path("postfix/sasl/sasldb2")
        try scratch.write(
            """
            pwcheck_method: auxprop
            auxprop_plugin: sasldb
            sasldb_path: \(database)
            mech_list: PLAIN LOGIN

            """,
            to: "postfix/sasl/smtpd.conf"
        )
        for (user, password) in options.accounts {
            let parts = user.split(separator: "@")
            let command = ["saslpasswd2", "-c", "-p", "-f", database, "-u", String(parts[1])]
            let process = try ChildProcess(command + [String(parts[0])], input: .pipe)
            process.write(password)
            process.closeInput()
            let exit = try await process.waitForExit()
            guard exit == .code(0) else { throw WaitError("saslpasswd2: \(process.errors)") }
        }
        chmod(database, 0o644)
    }

    /// Whether something listens on a port of 127.0.0.1.
    package static func canConnect(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeBytes(of: &address) {
            guard let base = $0.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return false
            }
            return connect(descriptor, base, length) == 0
        }
    }
}
