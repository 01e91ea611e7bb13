import Glibc

/// A private Dovecot that takes submissions with XOAUTH2 on loopback and relays them.
///
/// Checks tokens by itself: JSON Web Tokens signed with RS256 by the key of ``token(for:secondsToLive:)``.
/// Needs root, as Dovecot does. Touches nothing of the system's own Dovecot.
package final class DovecotServer: Sendable {
    /// The port with STARTTLS.
    package let port: Int
    /// The certificate clients must trust, made for 127.0.0.1.
    package let certificate: String
    private let folder: String
    private let process: ChildProcess

    /// Who the server believes tokens from.
    private static let issuer = "https://sts.windows.net/contoso/"

    /// Starts an instance that relays to a port of 127.0.0.1, and waits until it listens.
    package init(in scratch: ScratchFolder, relayingTo relay: Int) async throws {
        port = try freePort()
        folder = try scratch.makeFolder("dovecot")
        certificate = "\(folder)/server.pem"
        // Dovecot's processes run as other users and must reach their files.
        chmod(scratch.path, 0o755)
        try await Self.makeKeys(folder)
        try scratch.write(Self.settings(folder, port: port, relay: relay), to: "dovecot/main.conf")
        try scratch.write(Self.tokenSettings(folder), to: "dovecot/oauth2.conf")
        process = try ChildProcess(["dovecot", "-c", "\(folder)/main.conf", "-F"])
        try await waitUntil("Dovecot to listen; its log: \(log)") {
            PostfixServer.canConnect(self.port)
        }
    }

    /// What Dovecot logged.
    package var log: String {
        (try? readFile("\(folder)/log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// A token for a mailbox as Microsoft's name it in `upn`; one without life left is refused.
    package func token(for mailbox: String, secondsToLive: Int) async throws -> String {
        let now = time(nil)
        let header = #"{"alg":"RS256","typ":"JWT","kid":"default"}"#
        let claims =
            #"{"aud":"https://outlook.office365.com","azp":"contoso","iss":"\#(Self.issuer)","#
            + #""iat":\#(now - 60),"exp":\#(now + secondsToLive),"sub":"1","upn":"\#(mailbox)"}"#
        let signed = Self.base64URL(Array(header.utf8)) + "." + Self.base64URL(Array(claims.utf8))
        let sign = ["openssl", "dgst", "-sha256", "-sign", "\(folder)/token.key"]
        let openssl = try ChildProcess(sign, input: .pipe)
        openssl.write(signed)
        openssl.closeInput()
        guard try await openssl.waitForExit() == .code(0) else { throw WaitError(openssl.errors) }
        return signed + "." + Self.base64URL(openssl.outputOctets)
    }

    /// Ends the instance.
    package func stop() async throws { try await process.end() }
}

extension DovecotServer {
    private static func makeKeys(_ folder: String) async throws {
        let commands = [
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                "\(folder)/server.key", "-out", "\(folder)/server.pem", "-days", "10", "-subj",
                "/CN=dovecot.example.org", "-addext", "subjectAltName=IP:127.0.0.1",
            ],
            ["openssl", "genrsa", "-out", "\(folder)/token.key", "2048"],
            [
                "openssl", "rsa", "-in", "\(folder)/token.key", "-pubout", "-out",
                "\(folder)/token.pub",
            ],
            // Where Dovecot looks for the key: by the token's azp, alg and kid.
            ["mkdir", "-p", "\(folder)/keys/contoso/RS256", "\(folder)/mail", "\(folder)/run"],
            ["cp", "\(folder)/token.pub", "\(folder)/keys/contoso/RS256/default"],
            ["chmod", "777", "\(folder)/mail"],
        ]
        for command in commands {
            let process = try ChildProcess(command)
            guard try await process.waitForExit() == .code(0) else {
                throw WaitError("\(command): \(process.errors)")
            }
        }
    }

    private static func settings(_ folder: String, port: Int, relay: Int) -> String {
        """
        base_dir = \(folder)/run
        state_dir = \(folder)/run
        log_path = \(folder)/log
        protocols = submission
        listen = 127.0.0.1
        hostname = dovecot.example.org
        ssl = required
        ssl_cert = <\(folder)/server.pem
        ssl_key = <\(folder)/server.key
        auth_mechanisms = xoauth2
        mail_location = maildir:\(folder)/mail/%u
        first_valid_uid = 1
        submission_relay_host = 127.0.0.1
        submission_relay_port = \(relay)
        submission_relay_ssl = no
        passdb {
          driver = oauth2
          mechanisms = xoauth2
          args = \(folder)/oauth2.conf
        }
        userdb {
          driver = static
          args = uid=nobody gid=nogroup home=\(folder)/mail/%u
        }
        service submission-login {
          chroot =
          inet_listener submission {
            port = \(port)
          }
        }
        service anvil {
          chroot =
        }

        """
    }

    private static func tokenSettings(_ folder: String) -> String {
        """
        introspection_mode = local
        local_validation_key_dict = fs:posix:prefix=\(folder)/keys/
        username_attribute = upn
        username_format = %Lu
        issuers = \(issuer)

        """
    }

    /// Base64 in the alphabet of RFC 4648 without padding.
    private static func base64URL(_ octets: [UInt8]) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
        )
        var text: [UInt8] = []
        for start in stride(from: 0, to: octets.count, by: 3) {
            let group = octets[start..<min(start + 3, octets.count)]
            var bits = 0
            for octet in group { bits = bits << 8 | Int(octet) }
            bits <<= 8 * (3 - group.count)
            for index in 0...group.count { text.append(alphabet[bits >> (18 - 6 * index) & 63]) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
