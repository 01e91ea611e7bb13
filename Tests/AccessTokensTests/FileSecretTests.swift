import AccessTokens
import Glibc
import Submission
import TestSupport
import Testing

@Suite("Secrets in files")
struct FileSecretTests {
    private func file(_ text: String, mode: mode_t = 0o600) throws -> (ScratchFolder, String) {
        let folder = try ScratchFolder("secret")
        let path = try folder.write(text, to: "password")
        chmod(path, mode)
        return (folder, path)
    }

    private func sentence(_ path: String) -> String {
        do {
            return "read: \(try FileSecret(path: path).secret())"
        } catch {
            return error.sentence
        }
    }

    @Test(arguments: [
        ("secret", "secret"), ("secret\n", "secret"), ("secret\r\n", "secret"),
        (" spaces \n", " spaces "), ("two\nlines\n", "two\nlines"), ("\n\n", "\n"),
    ])
    func `the last line end is not part of the secret`(
        _ content: String,
        _ expected: String
    ) throws {
        let (folder, path) = try file(content)
        #expect(try FileSecret(path: path).secret() == expected)
        _ = folder
    }

    @Test func `the file is read anew each time`() throws {
        let (folder, path) = try file("old")
        let secret = FileSecret(path: path)
        #expect(try secret.secret() == "old")
        try folder.write("new", to: "password")
        #expect(try secret.secret() == "new")
    }

    @Test(arguments: [0o604, 0o644, 0o602, 0o601] as [mode_t])
    func `a file open to everybody is refused with the cure`(_ mode: mode_t) throws {
        let (folder, path) = try file("secret", mode: mode)
        #expect(
            sentence(path)
                == "the secret file '\(path)' is open to every user of this system; "
                + "run: chmod o= '\(path)'"
        )
        _ = folder
    }

    @Test func `a group may read it`() throws {
        let (folder, path) = try file("secret", mode: 0o640)
        #expect(sentence(path) == "read: secret")
        _ = folder
    }

    @Test func `every other defect has its sentence`() throws {
        let (folder, path) = try file("")
        #expect(sentence(path) == "the secret file '\(path)' is empty")
        let missing = folder.path("missing")
        #expect(
            sentence(missing)
                == "the secret file '\(missing)' cannot be opened: No such file or directory"
        )
        #expect(
            sentence(folder.path) == "the secret file '\(folder.path)' is not a regular file"
        )
        let fifo = folder.path("fifo")
        mkfifo(fifo, 0o600)
        #expect(sentence(fifo) == "the secret file '\(fifo)' is not a regular file")
        let odd = try folder.write([0x66, 0xFF], to: "odd")
        chmod(odd, 0o600)
        #expect(sentence(odd) == "the secret file '\(odd)' is not UTF-8 text")
        let big = try folder.write([UInt8](repeating: 0x61, count: 65_537), to: "big")
        chmod(big, 0o600)
        #expect(sentence(big) == "the secret file '\(big)' is larger than 65536 octets")
    }

    @Test func `a token is read from its file`() async throws {
        let (folder, path) = try file("token\n")
        let result = await withCheckedContinuation { continuation in
            FileToken(path: path).token(renew: true) { continuation.resume(returning: $0) }
        }
        #expect(result == .success(AccessToken(secret: "token")))
        _ = folder
    }
}
