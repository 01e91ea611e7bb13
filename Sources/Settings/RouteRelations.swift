/// Checks what the settings of one route mean for each other.
struct RouteRelations {
    let route: RouteSettings
    let reader: TableReader<RouteKey>

    /// Adds its complaints to those of the route.
    func check() {
        checkProtection()
        checkPort()
        checkTrust()
        checkClientCertificate()
        checkTimes()
        checkBind()
    }

    private func checkProtection() {
        guard route.tls == .none, route.service.speaksSMTP else { return }
        if route.service != .smtp {
            reader.complain(
                .tls,
                "\"none\" is not possible with \(route.service.title).",
                "Remove it."
            )
            return
        }
        if reader.isSound(.host), !ValueSyntax.isLoopback(route.host) {
            reader.complain(
                .tls,
                "\"none\" is only for this very host, not for \(quoted(route.host)).",
                "Use \"starttls\" or \"implicit\"."
            )
        }
        let withoutUse: [RouteKey] = [
            .tlsName, .caFile, .pinSHA256, .clientCertificate, .clientKey, .clientPassphraseFile,
        ]
        for key in withoutUse where reader.has(key) {
            reader.complain(key, "has no use with tls = \"none\".", "Remove one of them.")
        }
    }

    // Every SMTP service of Microsoft begins in the clear and goes on with STARTTLS.
    private func checkPort() {
        let service = route.service
        guard service != .smtp, service.speaksSMTP, reader.isSound(.port), reader.isSound(.tls)
        else { return }
        let port = service.isReachedByMX ? 25 : 587
        if route.tls == .implicit {
            reader.complain(
                .tls,
                "\"implicit\" is not served by \(service.title).",
                "Use \"starttls\", on port \(port)."
            )
        } else if route.port == 465 {
            reader.complain(.port, "465 is not served by \(service.title).", "Use \(port).")
        }
    }

    private func checkTrust() {
        if reader.has(.pinSHA256), reader.has(.caFile) {
            reader.complain(
                .pinSHA256,
                "stands beside ca_file; a pin replaces every other check.",
                "Remove one of them."
            )
        } else if reader.has(.pinSHA256), reader.has(.tlsName) {
            reader.complain(
                .pinSHA256,
                "stands beside tls_name; a pin replaces the check of the name.",
                "Remove one of them."
            )
        }
    }

    private func checkClientCertificate() {
        for key in [RouteKey.clientKey, .clientPassphraseFile]
        where reader.has(key) && !reader.has(.clientCertificate) {
            reader.complain(key, "has no use without client_certificate.")
        }
        if route.clientCertificate?.isPKCS12 == true, reader.has(.clientKey) {
            reader.complain(
                .clientKey,
                "stands beside a PKCS #12 file, which holds its key itself.",
                "Remove client_key, or name a PEM file in client_certificate."
            )
        }
    }

    private func checkTimes() {
        if reader.isSound(.retryFirst), reader.isSound(.retryMaximum),
            route.retryFirst > route.retryMaximum
        {
            reader.complain(
                reader.has(.retryFirst) ? .retryFirst : .retryMaximum,
                "retry_first, \(ValueSyntax.phrase(route.retryFirst)), is longer than "
                    + "retry_maximum, \(ValueSyntax.phrase(route.retryMaximum)).",
                "Make it the shorter one."
            )
        }
        if reader.isSound(.retryFirst), reader.isSound(.giveUpAfter),
            route.retryFirst > route.giveUpAfter
        {
            reader.complain(
                .giveUpAfter,
                "\(ValueSyntax.phrase(route.giveUpAfter)) is shorter than retry_first, "
                    + "\(ValueSyntax.phrase(route.retryFirst)): nothing would be tried twice.",
                "Make it longer."
            )
        }
    }

    private func checkBind() {
        guard let bind = route.bind, let family = ValueSyntax.addressFamily(of: bind) else {
            return
        }
        if route.addressFamily != .any, route.addressFamily != family {
            reader.complain(
                .bind,
                "\(quoted(bind)) is not of address_family = \(quoted(route.addressFamily.rawValue)).",
                "Change one of them."
            )
        } else if let server = ValueSyntax.addressFamily(of: route.host), server != family {
            reader.complain(
                .bind,
                "\(quoted(bind)) cannot reach \(quoted(route.host)), an address of the other family."
            )
        }
    }
}
