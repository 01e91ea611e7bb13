import Foundation
import TestSupport

/// A real program that writes the same message as all the others, in its own way.
///
/// `Programs/` holds what each of them is told.
struct WritingProgram: Sendable, CustomStringConvertible {
    let description: String
    /// What must be installed.
    let needs: [String]
    /// A command line for the shell in `Programs/`; `$1` is the drop folder, `$2` one for itself.
    let command: String
    /// Settings its pickup needs.
    var pickup: [String] = []
    /// Whom its file names, Bcc included.
    var recipients = ["b@example.org", "c@example.org", "hidden@example.net"]
    /// Whom the message shows.
    var to = ["b@example.org"]
    /// The text without the line ends at its end.
    var body = "Grüße,\n.zweite Zeile\nFrom Lager"
    var attachments: [String] = []
    /// What had to be changed, besides what nearly every file lacks.
    var changes: [String] = []

    /// The folder of the programs.
    static let folder = "\(#filePath.dropLast("WritingProgram.swift".count))Programs"

    /// Whether everything it needs is there.
    var isInstalled: Bool {
        get async throws {
            let tests = needs.map { "command -v '\($0)' || test -e '\($0)'" }
            let line = tests.map { "{ \($0); }" }.joined(separator: " && ")
            return try await ChildProcess.run(["sh", "-c", line]).exit == .code(0)
        }
    }

    /// Runs it as somebody would.
    func write(into relay: RelayHarness) async throws {
        let own = try relay.scratch.makeFolder("own")
        let run = try await ChildProcess.run(
            ["sh", "-c", command, "sh", relay.drop, own],
            folder: Self.folder
        )
        guard run.exit == .code(0) else { throw WaitError("\(self): \(run.output)\(run.errors)") }
    }
}

extension WritingProgram {
    static let all: [WritingProgram] = [
        // Other than .NET, Mono writes no X-Receiver: its file does not know of the Bcc.
        WritingProgram(
            description: "Mono's pickup directory",
            needs: ["mcs", "mono"],
            command: "mcs -out:\"$2/pickup.exe\" pickup.cs && mono \"$2/pickup.exe\" \"$1\"",
            recipients: ["b@example.org", "c@example.org"]
        ),
        WritingProgram(
            description: "a PHP script",
            needs: ["php"],
            command: "php file.php \"$1\""
        ),
        WritingProgram(
            description: "PHP's mail()",
            needs: ["php"],
            command: "php -d \"sendmail_path=cat > '$1/mail.eml'\" mail.php"
        ),
        WritingProgram(
            description: "PHPMailer",
            needs: ["php", "/usr/share/php/libphp-phpmailer/autoload.php"],
            command: "php phpmailer.php \"$1\"",
            attachments: ["Liste für März.csv"]
        ),
        WritingProgram(
            description: "Python with a rename",
            needs: ["python3"],
            command: "python3 message.py renamed \"$1\""
        ),
        WritingProgram(
            description: "Python with CRLF, in place",
            needs: ["python3"],
            command: "python3 message.py in-place \"$1\""
        ),
        WritingProgram(
            description: "Python's Maildir",
            needs: ["python3"],
            command: "python3 message.py maildir \"$1\""
        ),
        WritingProgram(
            description: "MIME-tools",
            needs: ["/usr/share/perl5/MIME/Entity.pm"],
            command: "perl entity.pl \"$1\""
        ),
        WritingProgram(
            description: "MIME::Lite",
            needs: ["/usr/share/perl5/MIME/Lite.pm"],
            command: "perl lite.pl \"$1\"",
            attachments: ["list.csv"]
        ),
        WritingProgram(
            description: "Email::MIME",
            needs: ["/usr/share/perl5/Email/MIME.pm"],
            command: "perl email.pl \"$1\""
        ),
        // It knows no Bcc, and dumps the wire, where dots are doubled.
        WritingProgram(
            description: "swaks",
            needs: ["swaks"],
            command: "sh swaks.sh \"$1\"",
            pickup: ["dot_stuffed = true"],
            recipients: ["b@example.org", "c@example.org"],
            to: ["b@example.org", "c@example.org"],
            changes: ["dot-stuffing"]
        ),
        // It quotes `From ` in the text, as mailbox files want it.
        WritingProgram(
            description: "Python's mbox",
            needs: ["python3"],
            command: "python3 message.py mbox \"$1\"",
            body: "Grüße,\n.zweite Zeile\n>From Lager",
            changes: ["mbox-line"]
        ),
        WritingProgram(
            description: "mutt",
            needs: ["mutt"],
            command: "sh mutt.sh \"$1\"",
            changes: ["mbox-line"]
        ),
        WritingProgram(
            description: "Windows PowerShell's Out-File",
            needs: ["iconv"],
            command: "sh out-file.sh \"$1\"",
            changes: ["utf-16", "header-text", "content-type"]
        ),
    ]
}

/// What a mail program shows of a message.
struct ShownMessage: Decodable, Hashable, Sendable {
    let sender: String
    let to: [String]
    let subject: String
    let body: String
    let attachments: [String]

    /// Has Python's email package read octets that came over the wire.
    static func read(_ octets: [UInt8], _ scratch: ScratchFolder) async throws -> ShownMessage {
        let file = try scratch.write(octets, to: "shown.eml")
        let run = try await ChildProcess.run(
            ["sh", "-c", "python3 read.py < \"$1\"", "sh", file],
            folder: WritingProgram.folder
        )
        guard run.exit == .code(0) else { throw WaitError(run.errors) }
        return try JSONDecoder().decode(ShownMessage.self, from: Data(run.output.utf8))
    }
}
