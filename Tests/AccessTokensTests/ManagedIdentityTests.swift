import AccessTokens
import Glibc
import Submission
import TestSupport
import Testing

@Suite("Managed identities")
struct ManagedIdentityTests {
    private let resource = "resource=https%3A%2F%2Foutlook.office365.com"
    private let granted = LoopbackResponse(
        200,
        #"{"access_token":"opaque","expires_in":"86399","refresh_in":"43199","resource":"x"}"#
    )

    private func options(
        _ stage: SignInStage,
        _ choice: ManagedIdentityOptions.Choice = .system
    ) -> IdentityCredential {
        .managedIdentity(
            ManagedIdentityOptions(
                choice: choice,
                metadataEndpoint: "http://127.0.0.1:\(stage.server.port)",
                arcKeyFolder: stage.folder.path("tokens")
            )
        )
    }

    @Test(arguments: [
        (ManagedIdentityOptions.Choice.system, ""), (.clientID("a b"), "&client_id=a%20b"),
        (.objectID("o"), "&object_id=o"), (.resourceID("/r"), "&msi_res_id=%2Fr"),
    ])
    func `the metadata service is asked by resource`(
        _ choice: ManagedIdentityOptions.Choice,
        _ query: String
    ) async throws {
        try await SignInStage.play([granted]) { stage in
            #expect(
                await outcome(stage.obtainer(options(stage, choice)))
                    == "opaque 86399 s refresh 43199 s"
            )
            #expect(
                stage.transcripts == [
                    "GET /metadata/identity/oauth2/token?api-version=2018-02-01&\(resource)"
                        + "\(query)\nMetadata: true"
                ]
            )
        }
    }

    @Test(arguments: [
        (ManagedIdentityOptions.Choice.system, ""), (.clientID("c"), "&client_id=c"),
        (.objectID("o"), "&principal_id=o"), (.resourceID("/r"), "&mi_res_id=%2Fr"),
    ])
    func `App Service is asked with its header`(
        _ choice: ManagedIdentityOptions.Choice,
        _ query: String
    ) async throws {
        let answer = LoopbackResponse(200, #"{"access_token":"t","expires_on":"1795432530"}"#)
        try await SignInStage.play([answer]) { stage in
            let variables = [
                "IDENTITY_ENDPOINT": stage.server.url("/msi/token"), "IDENTITY_HEADER": "h-1",
            ]
            #expect(
                await outcome(stage.obtainer(options(stage, choice), variables))
                    == "t 3600 s"
            )
            #expect(
                stage.transcripts == [
                    "GET /msi/token?api-version=2019-08-01&\(resource)\(query)"
                        + "\nX-IDENTITY-HEADER: h-1"
                ]
            )
        }
    }

    @Test func `a metadata service without an identity has a sentence`() async throws {
        let answer = LoopbackResponse(
            400,
            #"{"error":"invalid_request","error_description":"Identity not found"}"#
        )
        try await SignInStage.play([answer, LoopbackResponse(404), LoopbackResponse(410)]) {
            stage in
            let opening = "the sign-in of identity 'contoso' was refused: "
            let obtainer = stage.obtainer(options(stage))
            #expect(
                await outcome(obtainer)
                    == "configuration: \(opening)Identity not found (invalid_request)"
            )
            #expect(await outcome(obtainer) == "configuration: \(opening)HTTP status 404")
            #expect(await outcome(obtainer) == "temporary: \(opening)HTTP status 410")
        }
    }

    @Test func `Azure Arc is answered with its key file`() async throws {
        try await withScratchFolder("arc") { keys in
            let path = try keys.write("k3y\n", to: "one.key")
            let challenge = LoopbackResponse(
                401,
                headers: ["WWW-Authenticate: Basic realm=\(path)"]
            )
            try await SignInStage.play([challenge, granted]) { stage in
                let variables = [
                    "IDENTITY_ENDPOINT": stage.server.url("/metadata/identity/oauth2/token"),
                    "IMDS_ENDPOINT": "http://127.0.0.1:40342",
                ]
                let credential = IdentityCredential.managedIdentity(
                    ManagedIdentityOptions(arcKeyFolder: keys.path)
                )
                #expect(
                    await outcome(stage.obtainer(credential, variables))
                        == "opaque 86399 s refresh 43199 s"
                )
                let request =
                    "GET /metadata/identity/oauth2/token?api-version=2020-06-01&\(resource)"
                    + "\nMetadata: true"
                #expect(stage.transcripts == [request, request + "\nAuthorization: Basic k3y"])
            }
        }
    }

    @Test func `a key file of Azure Arc that is too large or a link is not read`() async throws {
        try await withScratchFolder("arc") { keys in
            try keys.write(String(repeating: "x", count: 4_097), to: "large.key")
            symlink("/etc/passwd", keys.path("link.key"))
            for (name, phrase) in [
                ("large.key", "is larger than 4096 octets"),
                ("link.key", "cannot be opened: Too many levels of symbolic links"),
            ] {
                let challenge = LoopbackResponse(
                    401,
                    headers: ["WWW-Authenticate: Basic realm=\(keys.path(name))"]
                )
                try await SignInStage.play([challenge]) { stage in
                    let variables = [
                        "IDENTITY_ENDPOINT": stage.server.url("/"), "IMDS_ENDPOINT": "x",
                    ]
                    let credential = IdentityCredential.managedIdentity(
                        ManagedIdentityOptions(arcKeyFolder: keys.path)
                    )
                    #expect(
                        await outcome(stage.obtainer(credential, variables))
                            == "configuration: the Azure Arc agent of this machine has a key file "
                            + "'\(keys.path(name))' that \(phrase)"
                    )
                    #expect(stage.server.requests.count == 1)
                }
            }
        }
    }

    @Test(arguments: [
        ("Basic realm=/var/opt/azcmagent/tokens/a.key", "/var/opt/azcmagent/tokens/a.key"),
        ("basic realm=\"/var/opt/azcmagent/tokens/a.key\"", "/var/opt/azcmagent/tokens/a.key"),
        ("Basic realm=/etc/passwd", nil), ("Basic realm=/var/opt/azcmagent/tokens/../a.key", nil),
        ("Basic realm=/var/opt/azcmagent/tokens/a/b.key", nil),
        ("Basic realm=/var/opt/azcmagent/tokens/.key", nil),
        ("Basic realm=/var/opt/azcmagent/tokens/a.txt", nil),
        ("Basic realm=/var/opt/azcmagent/tokensx/a.key", nil),
        ("Basic realm=/var/opt/azcmagent/tokens/a\u{0}.key", nil),
        ("Basic realm=", nil), ("Basic realm=\"", nil), ("Bearer x", nil), ("", nil),
    ])
    func `only a key directly in the agent's folder is read`(
        _ challenge: String,
        _ expected: String?
    ) {
        let path = try? ManagedIdentityRequest.keyFile(
            challenge: challenge,
            folder: "/var/opt/azcmagent/tokens"
        )
        #expect(path == expected)
    }
}
