import TestSupport

/// The tenant of `examples/sandbox/contoso.toml`, with room for tests that cannot wait.
struct RehearsalTenant: Sendable {
    private var text: String

    /// Reads the example and lets its ERP application use the account for High Volume Email, too.
    init() throws {
        let path = "\(#filePath.dropLast("Tests/EndToEndTests/Tenant/RehearsalTenant.swift".count))"
        let octets = try readFile("\(path)examples/sandbox/contoso.toml")
        text = String(decoding: octets, as: UTF8.self)
        try replace(#"allowed_apps = ["worker"]"#, with: #"allowed_apps = ["worker", "erp"]"#)
        try replace(
            #"mail_send_scope = ["erp@contoso.com"]"#,
            with: """
                mail_send_scope = ["erp@contoso.com"]
                hve_mail_send = true
                """
        )
    }

    /// The file.
    var toml: String { text }

    /// The tenant without its limits on how many messages a minute may have.
    func unhurried() throws -> RehearsalTenant {
        var tenant = self
        try tenant.replace("messages_per_minute = 30", with: "messages_per_minute = 6000")
        try tenant.replace("acs_messages_per_minute = 30", with: "acs_messages_per_minute = 6000")
        try tenant.replace("acs_messages_per_hour = 100", with: "acs_messages_per_hour = 100000")
        return tenant
    }

    /// The tenant in which nothing lets the ERP system in any more.
    ///
    /// Its password and secret have changed, its connector names another host, direct send is
    /// closed.
    func closed() throws -> RehearsalTenant {
        var tenant = self
        try tenant.replace(#"password = "erp-password""#, with: #"password = "changed""#)
        try tenant.replace(#"client_secrets = ["erp-secret"]"#, with: #"client_secrets = ["new"]"#)
        try tenant.replace(#"addresses = ["127.0.0.2"]"#, with: #"addresses = ["127.0.0.3"]"#)
        try tenant.replace("reject_direct_send = false", with: "reject_direct_send = true")
        return tenant
    }

    /// The tenant in which the ERP application's secret has expired, and a new one was made.
    func withNewSecret() throws -> RehearsalTenant {
        var tenant = self
        try tenant.replace(
            #"client_secrets = ["erp-secret"]"#,
            with: #"client_secrets = ["erp-new-secret"]"#
        )
        try tenant.replace(
            #"expired_client_secrets = ["erp-old-secret"]"#,
            with: #"expired_client_secrets = ["erp-old-secret", "erp-secret"]"#
        )
        return tenant
    }

    /// The tenant with a line of its limits written otherwise.
    func with(_ line: String, as replacement: String) throws -> RehearsalTenant {
        var tenant = self
        try tenant.replace(line, with: replacement)
        return tenant
    }

    private mutating func replace(_ line: String, with replacement: String) throws {
        guard let range = text.firstRange(of: "\n\(line)") else {
            throw WaitError("the example of a tenant has no line \(line)")
        }
        text.replaceSubrange(range, with: "\n\(replacement)")
    }
}
