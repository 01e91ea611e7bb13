internal import SafeText
internal import Settings

extension SettingsDraft {
    /// The settings file.
    package var text: String {
        var lines = [
            "# Settings of Postchute, written by postchute init.",
            "#",
            "# postchute.toml(5) explains every key; postchute check finds mistakes before the daemon",
            "# does. No secret stands here, only the files that hold them.",
            "",
        ]
        lines += table("pickup", self[.pickup] ?? "", pickup)
        lines += [""] + table("route", Self.route, route)
        if signIn != nil, signIn != "password", signIn != Self.nothing {
            lines += [""] + table("identity", identity, identityLines)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let route = "m365"

    /// A key, its value as the file has it, and why it is there.
    private typealias Line = (key: String, value: String, remark: String)

    private var pickup: [Line] {
        var lines: [Line] = [
            text("path", .path, "*.eml put here is sent"),
            ("route", SafeText.jsonString(Self.route), ""),
        ].compactMap { $0 }
        if self[.operators] != Self.nothing {
            lines += [
                text("operators", .operators, "may read queue/, failed/ … and move files there")
            ].compactMap { $0 }
        }
        if applies(.allowFrom), let from = self[.allowFrom] {
            let remark = "Microsoft does not look at the sender"
            lines.append(("allow_from", "[\(SafeText.jsonString(from))]", remark))
        }
        return lines
    }

    private var route: [Line] {
        var lines = [
            text("service", .service, ""),
            text("mailbox", .mailbox, ""),
            text("domain", .domain, "its MX is looked up"),
            text("host", .host, ""),
            number("port", .port),
            text("tls", .tls, ""),
            text("username", .username, ""),
            text("password_file", .password, "never the password itself"),
        ]
        if self[.clientCertificate] != Self.nothing {
            lines.append(text("client_certificate", .clientCertificate, "with its key"))
        }
        switch signIn {
        case nil, "password", Self.nothing: break
        default: lines.append(("identity", SafeText.jsonString(identity), ""))
        }
        return lines.compactMap { $0 }
    }

    private var identityLines: [Line] {
        let way: Line? =
            switch signIn {
            case "device": ("device_login", "true", "postchute login, once")
            case "managed": ("managed_identity", "\"system\"", "the host's own identity")
            default: nil
            }
        return [
            text("tenant", .tenant, ""),
            text("client_id", .clientID, "the application's id"),
            text("certificate", .certificate, "renew it before it ends"),
            text("client_secret_file", .secret, "never the secret itself"),
            way,
            text("user", .user, "who signs in"),
        ].compactMap { $0 }
    }

    private func text(_ key: String, _ question: SettingsQuestion, _ remark: String) -> Line? {
        guard applies(question), let answer = self[question] else { return nil }
        return (key, SafeText.jsonString(answer), remark)
    }

    private func number(_ key: String, _ question: SettingsQuestion) -> Line? {
        guard applies(question), let answer = self[question] else { return nil }
        return (key, Int(answer).map(String.init) ?? SafeText.jsonString(answer), "")
    }

    private func table(_ kind: String, _ name: String, _ lines: [Line]) -> [String] {
        let isBare = !name.isEmpty && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
        let width = lines.map(\.key.count).max() ?? 0
        return ["[\(kind).\(isBare ? name : SafeText.jsonString(name))]"]
            + lines.map { line in
                let key = line.key + String(repeating: " ", count: width - line.key.count)
                let remark = line.remark.isEmpty ? "" : "    # \(line.remark)"
                return "\(key) = \(line.value)\(remark)"
            }
    }
}
