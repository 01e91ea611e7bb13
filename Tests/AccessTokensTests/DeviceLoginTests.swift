import AccessTokens
import Submission
import Synchronization
import TestSupport
import Testing

@Suite("Device sign-in")
struct DeviceLoginTests {
    private let code = LoopbackResponse(
        200,
        #"{"user_code":"ABC-123","device_code":"d&1","verification_uri":"https://login.test/device","#
            + #""expires_in":900,"interval":5,"message":"To sign in …"}"#
    )
    private let granted = LoopbackResponse(
        200,
        #"{"access_token":"opaque","expires_in":3599,"refresh_token":"r-1"}"#
    )

    private func waiting(_ error: String, _ status: Int = 400) -> LoopbackResponse {
        LoopbackResponse(status, #"{"error":"\#(error)","error_description":"AADSTS70016: x"}"#)
    }

    /// The pauses made and how the sign-in ended.
    private func run(
        _ answers: [LoopbackResponse],
        _ look: (SignInStage, RefreshTokenStore) throws -> Void = { _, _ in }
    ) async throws -> (pauses: [Duration], end: String) {
        let pauses = Mutex<[Duration]>([])
        var end = ""
        try await SignInStage.play(answers) { stage in
            let place = stage.folder.path("tokens")
            let identity = stage.identity(.deviceLogin(folder: place))
            let store = RefreshTokenStore(folder: place, identity: "contoso")
            let login = DeviceLogin(
                identity,
                scope: identity.scope(for: .smtp),
                stage.surroundings()
            ) { pause in pauses.withLock { $0.append(pause) } }
            do throws(CredentialError) {
                let code = try await login.start()
                let claims = try await login.finish(
                    code,
                    by: "erp@contoso.com",
                    store: store
                )
                end = "\(code.userCode) at \(code.address): '\(claims)'"
            } catch {
                end = error.sentence
            }
            try look(stage, store)
        }
        return (pauses.withLock { $0 }, end)
    }

    @Test func `a person signs in, and the refresh token is kept`() async throws {
        let answers = [code, waiting("authorization_pending"), granted]
        let (pauses, end) = try await run(answers) { stage, store throws in
            let fields = """
                Content-Type: application/x-www-form-urlencoded
                Accept: application/json
                """
            let poll = """
                POST /contoso.com/oauth2/v2.0/token
                \(fields)

                grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code\
                &client_id=app-1&device_code=d%261
                """
            #expect(
                stage.transcripts == [
                    """
                    POST /contoso.com/oauth2/v2.0/devicecode
                    \(fields)

                    client_id=app-1\
                    &scope=https%3A%2F%2Foutlook.office.com%2FSMTP.Send%20offline_access
                    """,
                    poll, poll,
                ]
            )
            #expect(
                try store.read()
                    == RefreshTokenStore.Record(
                        clientID: "app-1",
                        tenant: "contoso.com",
                        obtained: SignInStage.now,
                        token: "r-1"
                    )
            )
        }
        #expect(end == "ABC-123 at https://login.test/device: ''")
        #expect(pauses == [.seconds(5), .seconds(5)])
    }

    @Test func `the pace is slowed down when asked, and after trouble`() async throws {
        let answers = [
            code, waiting("slow_down"), waiting("authorization_pending"),
            LoopbackResponse(503, "busy"), LoopbackResponse(200, "<html>"), granted,
        ]
        let (pauses, end) = try await run(answers)
        #expect(end == "ABC-123 at https://login.test/device: ''")
        #expect(pauses == [5, 10, 10, 20, 40].map { .seconds($0) })
    }

    @Test(arguments: [
        ("authorization_declined", "the person declined the sign-in"),
        ("access_denied", "the sign-in was declined"),
        ("expired_token", "the code was not entered in time"),
        ("bad_verification_code", "the sign-in service does not know the code any more"),
    ])
    func `a sign-in that ends says why`(_ error: String, _ meaning: String) async throws {
        let answer = LoopbackResponse(400, #"{"error":"\#(error)"}"#)
        let (pauses, end) = try await run([code, answer])
        #expect(end == "the sign-in of identity 'contoso' was refused: \(meaning)")
        #expect(pauses.count == 1)
    }

    @Test func `a code that nobody enters ends`() async throws {
        let (pauses, end) = try await run([code, waiting("authorization_pending")])
        #expect(
            end == "the sign-in of identity 'contoso' was refused: the code was not entered in time"
        )
        #expect(pauses == [Duration](repeating: .seconds(5), count: 180))
    }

    @Test func `a tenant that forbids it is heard at once`() async throws {
        let (pauses, end) = try await run([refused(400, "invalid_client", 7_000_218)])
        #expect(
            end
                == "the sign-in of identity 'contoso' was refused: the application is not registered"
                + " as a public client, so that it needs a secret or a certificate (AADSTS7000218)"
        )
        #expect(pauses.isEmpty)
        let odd = try await run([LoopbackResponse(200, "{}")])
        #expect(odd.end == "the answer to the sign-in of identity 'contoso' has no code")
    }

    @Test(arguments: [
        ("erp@contoso.com", "ABC-123 at https://login.test/device: 'token for x, "),
        ("ERP@Contoso.com", "ABC-123 at https://login.test/device: 'token for x, "),
        (
            "boss@contoso.com",
            "boss@contoso.com signed in for identity 'contoso', not erp@contoso.com"
        ),
    ])
    func `only the person of the settings signs in`(_ user: String, _ end: String) async throws {
        let token = jwt(#"{"aud":"x","upn":"\#(user)","exp":1795428930}"#)
        let answer = #"{"access_token":"\#(token)","expires_in":3599,"refresh_token":"r-1"}"#
        let (_, seen) = try await run([code, LoopbackResponse(200, answer)]) { _, store throws in
            #expect((try? store.read().token) == (user.hasPrefix("boss") ? nil : "r-1"))
        }
        #expect(seen.hasPrefix(end), "\(seen)")
    }

    @Test func `an answer without a refresh token is of no use`() async throws {
        let answer = LoopbackResponse(200, #"{"access_token":"t","expires_in":1}"#)
        let (_, end) = try await run([code, answer])
        #expect(end == "the sign-in of identity 'contoso' brought no refresh token")
    }
}

@Suite("Refreshing a person's token")
struct RefreshingTests {
    private func keep(_ stage: SignInStage, clientID: String = "app-1") throws -> RefreshTokenStore
    {
        let store = RefreshTokenStore(folder: stage.folder.path("tokens"), identity: "contoso")
        try store.write(
            RefreshTokenStore.Record(
                clientID: clientID,
                tenant: "contoso.com",
                obtained: 1,
                token: "r&1"
            )
        )
        return store
    }

    @Test func `the refresh token is sent, and the new one replaces it`() async throws {
        let answer = LoopbackResponse(
            200,
            #"{"access_token":"t","expires_in":3599,"refresh_token":"r-2"}"#
        )
        try await SignInStage.play([answer, granted]) { stage in
            let store = try keep(stage)
            let obtainer = stage.obtainer(.deviceLogin(folder: stage.folder.path("tokens")))
            #expect(await outcome(obtainer) == "t 3599 s")
            #expect(try store.read().token == "r-2")
            #expect(try store.read().obtained == SignInStage.now)
            #expect(await outcome(obtainer) == "opaque 3599 s")
            #expect(try store.read().token == "r-2")
            let bodies = ["r%261", "r-2"].map { token in
                "grant_type=refresh_token&client_id=app-1"
                    + "&scope=https%3A%2F%2Foutlook.office.com%2FSMTP.Send%20offline_access"
                    + "&refresh_token=\(token)"
            }
            #expect(stage.server.requests.map(\.body) == bodies)
        }
    }

    @Test func `a new one that cannot be kept costs no mail, and is said`() async throws {
        let answer = LoopbackResponse(
            200,
            #"{"access_token":"t","expires_in":3599,"refresh_token":"r-2"}"#
        )
        try await SignInStage.play([answer]) { stage in
            let store = try keep(stage)
            try stage.folder.makeFolder("tokens/contoso.refresh-token.tmp")
            let events = Mutex<[TokenSource.Event]>([])
            let credential = IdentityCredential.deviceLogin(folder: stage.folder.path("tokens"))
            let obtainer = stage.obtainer(credential) { event in
                events.withLock { $0.append(event) }
            }
            #expect(await outcome(obtainer) == "t 3599 s")
            #expect(try store.read().token == "r&1")
            #expect(
                events.withLock { $0 } == [
                    .notKept(
                        CredentialError("the file '\(store.path)' cannot be written: File exists")
                    )
                ]
            )
        }
    }

    @Test func `a sign-in of another application is not used`() async throws {
        try await SignInStage.play([granted]) { stage in
            _ = try keep(stage, clientID: "app-2")
            let obtainer = stage.obtainer(.deviceLogin(folder: stage.folder.path("tokens")))
            #expect(
                await outcome(obtainer)
                    == "configuration: the sign-in kept for identity 'contoso' is of another "
                    + "application or tenant"
            )
            #expect(stage.server.requests.isEmpty)
        }
    }

    @Test func `one that was revoked asks for a new sign-in`() async throws {
        try await SignInStage.play([refused(400, "invalid_grant", 50_173)]) { stage in
            let store = try keep(stage)
            let obtainer = stage.obtainer(.deviceLogin(folder: stage.folder.path("tokens")))
            #expect(
                await outcome(obtainer)
                    == "authentication: the sign-in of identity 'contoso' was refused: the sign-in of "
                    + "postchute login was revoked, for instance by a new password (AADSTS50173)"
            )
            #expect(try store.read().token == "r&1")
        }
    }
}
