/// The device authorization endpoint, and the page on which a person enters the code (RFC 8628).
struct DeviceEndpoint: Sendable {
    let endpoint: TokenEndpoint
    /// Makes a user code of nine letters and digits.
    let userCode: @Sendable () -> String

    /// Answers `POST /{tenant}/oauth2/v2.0/devicecode`.
    func begin(
        _ ask: WebAsk,
        at place: TokenEndpoint.Place,
        _ now: SandboxTime,
        _ book: inout SignInBook
    ) -> WebAnswer {
        do throws(SignInRefusal) {
            let client = try endpoint.client(ask, place, now)
            let scope = try endpoint.scope(of: client)
            try endpoint.requireConsent(client)
            let code = "\(endpoint.identifier())\(endpoint.identifier())"
            let device = SignInBook.Device(
                userCode: userCode(),
                application: client.application.clientID,
                organisation: client.organisation.name,
                scope: scope,
                expires: now.advanced(by: .seconds(endpoint.rules.deviceLifetime)),
                interval: endpoint.rules.deviceInterval
            )
            book.keep(device, as: code, at: now)
            return .json(200, response(device, code, place))
        } catch {
            return endpoint.refuse(error, ask, now)
        }
    }

    private func response(
        _ device: SignInBook.Device,
        _ code: String,
        _ place: TokenEndpoint.Place
    ) -> JSONValue {
        let address = "\(place.origin)/devicelogin"
        return .members([
            ("user_code", .string(device.userCode)),
            ("device_code", .string(code)),
            ("verification_uri", .string(address)),
            ("expires_in", .integer(endpoint.rules.deviceLifetime)),
            ("interval", .integer(device.interval)),
            (
                "message",
                .string(
                    "To sign in, use a web browser to open the page \(address) and enter the code"
                        + " \(device.userCode) to authenticate."
                )
            ),
        ])
    }

    /// The page of `GET /devicelogin`, with the choice of mailboxes once a code is known.
    func page(_ userCode: String?, _ book: SignInBook) -> WebAnswer {
        guard let userCode else { return Self.codePage(problem: nil) }
        guard let (_, device) = book.device(showing: userCode) else {
            return Self.codePage(problem: Self.unknownCode)
        }
        return choicePage(device)
    }

    /// Answers `POST /devicelogin`: the fields are `user_code`, `user` and `decision`.
    ///
    /// `decision` is `approve` or `decline`; without `user` the application's `device_login` signs
    /// in.
    func decide(_ form: FormFields, _ now: SandboxTime, _ book: inout SignInBook) -> WebAnswer {
        guard let code = form["user_code"], let (_, device) = book.device(showing: code) else {
            return Self.codePage(problem: Self.unknownCode)
        }
        let application = endpoint.rehearsal.applications.first {
            $0.clientID == device.application
        }
        let decision: SignInBook.Device.Decision
        switch form["decision"] {
        case "decline": decision = .declined
        case nil where form["user"] == nil: return choicePage(device)
        default:
            guard let name = form["user"] ?? application?.deviceLogin,
                let mailbox = endpoint.rehearsal.mailbox(name),
                endpoint.rehearsal.organisation(of: mailbox.address)?.name == device.organisation
            else {
                return Self.message(
                    400,
                    "That mailbox does not belong to the organisation of the application."
                )
            }
            decision = .approved(mailbox.address)
        }
        guard book.decide(decision, code, at: now) else {
            return Self.message(400, "That code has expired or was used already.")
        }
        return Self.message(
            200,
            decision == .declined
                ? "The sign-in was declined. You can close this page."
                : "You have signed in. You can close this page."
        )
    }

    private static let unknownCode = "No device waits for that code."

    private static func codePage(problem: String?) -> WebAnswer {
        var page = HTMLPage(title: "Enter the code")
        if let problem { page.paragraph(problem) }
        page.raw(
            """
            <form method="get" action="/devicelogin"><label>Code \
            <input name="user_code" autocomplete="off" required></label> \
            <button>Next</button></form>
            """
        )
        return page.answer(problem == nil ? 200 : 404)
    }

    private func choicePage(_ device: SignInBook.Device) -> WebAnswer {
        let application = endpoint.rehearsal.applications.first {
            $0.clientID == device.application
        }
        var page = HTMLPage(title: "Choose who signs in")
        page.paragraph("\(application?.name ?? "An application") asks to sign in.")
        page.raw("<form method=\"post\" action=\"/devicelogin\">")
        page.raw(
            "<input type=\"hidden\" name=\"user_code\" value=\"\(HTMLPage.text(device.userCode))\">"
        )
        page.raw("<label>Mailbox <select name=\"user\">")
        let mailboxes = endpoint.rehearsal.mailboxes.filter {
            endpoint.rehearsal.organisation(of: $0.address)?.name == device.organisation
        }
        for mailbox in mailboxes {
            let isUsual = mailbox.address == application?.deviceLogin?.lowercased()
            page.raw(
                "<option\(isUsual ? " selected" : "")>\(HTMLPage.text(mailbox.address))</option>"
            )
        }
        page.raw("</select></label> ")
        page.raw("<button name=\"decision\" value=\"approve\">Sign in</button> ")
        page.raw("<button name=\"decision\" value=\"decline\">Decline</button></form>")
        return page.answer(200)
    }

    private static func message(_ status: Int, _ text: String) -> WebAnswer {
        var page = HTMLPage(title: "Signing in")
        page.paragraph(text)
        return page.answer(status)
    }
}
