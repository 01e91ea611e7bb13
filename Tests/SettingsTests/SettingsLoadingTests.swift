import Glibc
import Settings
import TestSupport
import Testing

@Suite("Loading settings")
struct SettingsLoadingTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("settings")
    }

    private func complaint(_ path: String) -> String? {
        do throws(SettingsErrors) {
            _ = try RelaySettings.load(path: path)
            return nil
        } catch {
            return error.description
        }
    }

    /// Writes a file whose route signs in with the named password file.
    private func settings(passwordFile: String) throws -> String {
        try scratch.write(
            """
            [pickup.p]
            path = "\(scratch.path)"
            route = "r"
            [route.r]
            service = "smtp"
            host = "mail.example.com"
            username = "relay"
            password_file = "\(passwordFile)"
            """,
            to: "postchute.toml"
        )
    }

    @Test func `a missing file is named`() {
        let path = scratch.path("none.toml")
        #expect(
            complaint(path)
                == "\(path): does not exist. Create it, or name another with --config."
        )
    }

    @Test func `a folder is not read`() {
        #expect(complaint(scratch.path) == "\(scratch.path): cannot be read: Is a directory.")
    }

    @Test func `a file above 1 MB is not read`() throws {
        let path = try scratch.write([UInt8](repeating: 0x23, count: 1_048_577), to: "big.toml")
        #expect(
            complaint(path) == "\(path): is larger than 1 MB. This is hardly a settings file."
        )
    }

    @Test func `a secret that only owner and group can read is accepted`() throws {
        let password = try scratch.write("hunter2\n", to: "password")
        chmod(password, 0o640)
        #expect(try complaint(settings(passwordFile: password)) == nil)
    }

    @Test func `a secret that everybody can read is refused`() throws {
        let password = try scratch.write("hunter2\n", to: "password")
        chmod(password, 0o644)
        let path = try settings(passwordFile: password)
        #expect(
            complaint(path) == """
                \(path):8: route.r.password_file: "\(password)" is open to every user of this host \
                (mode 0644). Close it: chmod o= \(password)
                """
        )
    }

    @Test func `a secret file that does not exist is refused`() throws {
        let password = scratch.path("none")
        let path = try settings(passwordFile: password)
        #expect(
            complaint(path) == """
                \(path):8: route.r.password_file: "\(password)" does not exist. \
                Create it, or correct the path.
                """
        )
    }

    @Test func `two paths to one drop folder are found out`() throws {
        let folder = try scratch.makeFolder("drop")
        let link = scratch.path("link")
        #expect(symlink(folder, link) == 0)
        let path = try scratch.write(
            """
            [pickup.a]
            path = "\(folder)"
            route = "r"
            [pickup.b]
            path = "\(link)"
            route = "r"
            [route.r]
            service = "smtp"
            host = "mail.example.com"
            """,
            to: "postchute.toml"
        )
        #expect(
            complaint(path) == """
                \(path):5: pickup.b.path: "\(link)" is the same folder as "\(folder)" of \
                pickup.a.path. Give each pickup a folder of its own.
                """
        )
    }

    @Test(arguments: [("root", nil), ("no-such-group-here", "there is no group")])
    func `groups are looked up`(group: String, complains: String?) throws {
        let path = try scratch.write(
            """
            [pickup.a]
            path = "\(scratch.path)"
            route = "r"
            operators = "\(group)"
            [route.r]
            service = "smtp"
            host = "mail.example.com"
            """,
            to: "postchute.toml"
        )
        let complaint = complaint(path)
        if let complains {
            #expect(complaint?.contains(complains) == true)
        } else {
            #expect(complaint == nil)
        }
    }

    @Test func `a complaint knows its column`() throws {
        do throws(SettingsErrors) {
            _ = try RelaySettings.parse(Array("[log]\n  level = \"loud\"".utf8), file: "f")
            Issue.record("accepted")
        } catch {
            let complaint = try #require(error.errors.first { $0.key == "log.level" })
            #expect(complaint.line == 2)
            #expect(complaint.column == 11)
        }
    }
}

@Suite("Secret reference")
struct SecretReferenceTests {
    @Test func `it prints as the file has it`() {
        let reference = SecretReference(path: "/run/x/erp", written: "credential:erp")
        #expect("\(reference)" == "credential:erp")
    }
}
