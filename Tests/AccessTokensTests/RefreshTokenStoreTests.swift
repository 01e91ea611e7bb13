import AccessTokens
import Glibc
import Submission
import TestSupport
import Testing

@Suite("Refresh tokens in files")
struct RefreshTokenStoreTests {
    private let record = RefreshTokenStore.Record(
        clientID: "app-1",
        tenant: "contoso.com",
        obtained: 1_795_428_930,
        token: "0.AXoA-secret"
    )

    private func sentence(_ store: RefreshTokenStore) -> String {
        do {
            return "read: \(try store.read().token)"
        } catch {
            return error.sentence
        }
    }

    @Test func `what is written is read, by its owner alone`() async throws {
        try await withScratchFolder("refresh") { folder in
            let place = folder.path("tokens")
            let store = RefreshTokenStore(folder: place, identity: "contoso")
            try store.write(record)
            #expect(try store.read() == record)
            var status = stat()
            stat(place, &status)
            #expect(status.st_mode & 0o777 == 0o700)
            stat(store.path, &status)
            #expect(status.st_mode & 0o777 == 0o600)
            var second = record
            second.token = "second"
            try store.write(second)
            #expect(try store.read() == second)
            #expect(folder.names("tokens") == ["contoso.refresh-token"])
        }
    }

    @Test func `the name of an identity cannot leave the folder`() {
        let store = RefreshTokenStore(folder: "/t", identity: "../a b/ü")
        #expect(store.path == "/t/..%2Fa%20b%2F%C3%BC.refresh-token")
    }

    @Test func `nobody signed in yet has a sentence`() async throws {
        try await withScratchFolder("refresh") { folder in
            let expected = "nobody has signed in for identity 'contoso' yet"
            for place in [folder.path("missing"), folder.path] {
                #expect(
                    sentence(RefreshTokenStore(folder: place, identity: "contoso")) == expected
                )
            }
        }
    }

    @Test func `a spoiled file is said, whatever was lost of it`() async throws {
        try await withScratchFolder("refresh") { folder in
            let store = RefreshTokenStore(folder: folder.path, identity: "contoso")
            try store.write(record)
            let whole = try readFile(store.path)
            for length in 0..<whole.count {
                try writeFile(whole.prefix(length), to: store.path)
                #expect(
                    sentence(store)
                        == "the file '\(store.path)' is spoiled: it holds no refresh token",
                    "\(length)"
                )
            }
            try writeFile([0xFF] + whole, to: store.path)
            #expect(
                sentence(store) == "the file '\(store.path)' is spoiled: it holds no refresh token"
            )
            try writeFile(whole, to: store.path)
            #expect(sentence(store) == "read: 0.AXoA-secret")
        }
    }

    @Test func `a folder that is open to others is refused with the cure`() async throws {
        try await withScratchFolder("refresh") { folder in
            let place = try folder.makeFolder("tokens", mode: 0o755)
            let store = RefreshTokenStore(folder: place, identity: "contoso")
            let expected =
                "the folder '\(place)' is open to other users of this system; "
                + "run: chmod 700 '\(place)'"
            #expect(sentence(store) == expected)
            #expect(throws: CredentialError(expected)) { try store.write(record) }
            #expect(folder.names("tokens").isEmpty)
        }
    }

    @Test func `a file that cannot be replaced leaves the old one`() async throws {
        try await withScratchFolder("refresh") { folder in
            let store = RefreshTokenStore(folder: folder.path, identity: "contoso")
            try store.write(record)
            // A folder in the place of the temporary file stops root, too.
            try folder.makeFolder("contoso.refresh-token.tmp")
            var second = record
            second.token = "second"
            #expect(
                throws: CredentialError(
                    "the file '\(store.path)' cannot be written: File exists"
                )
            ) { try store.write(second) }
            #expect(try store.read() == record)
        }
    }

    @Test(arguments: [
        (59, nil),
        (
            60,
            "The sign-in of identity 'contoso' was last renewed 60 days ago and ends after 90 days; "
                + "run postchute login for this identity."
        ),
    ])
    func `an old token is said`(_ days: Int64, _ expected: String?) {
        let now = record.obtained + days * 86_400
        let warning = RefreshTokenStore.warning(for: record, identity: "contoso", now: now)
        #expect(warning == expected)
    }
}
