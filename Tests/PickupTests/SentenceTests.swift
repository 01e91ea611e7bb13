import MailMessage
import Spool
import Testing

@testable import Pickup

@Suite("Sentences of a pickup")
struct SentenceTests {
    @Test(arguments: [
        (Obstacle.folder, "It is a folder, not a message; rename or remove it."),
        (
            .symbolicLink,
            "It is a symbolic link, which is never followed; put the message itself here."
        ),
        (.namedPipe, "It is a named pipe, not a file; remove it."),
        (.socket, "It is a socket, not a file; remove it."),
        (.device, "It is a device, not a file; remove it."),
        (
            .hardLink(names: 2),
            "The file has 2 names, so its writer could still change it after it was taken; "
                + "remove the other name, or put a copy here."
        ),
        (
            .hardLink(names: 3),
            "The file has 3 names, so its writer could still change it after it was taken; "
                + "remove the other names, or put a copy here."
        ),
        (
            .unreadable(owner: 1001, mode: 0o100600),
            "Its owner (user 1001) lets nobody else read it (mode 0600); let the writing program "
                + "give the group read access, for example with umask 0027."
        ),
        (.damaged, "The disk could not read it; check the disk and write the file again."),
        (.empty, "It is empty; remove it, or let its writer finish it."),
        (
            .trailingNULs,
            "It ends in NUL octets: space was reserved and never written; write the file again."
        ),
        (
            .otherFileSystem,
            "Its folder lies on another file system than the drop folder; "
                + "give that folder a pickup of its own."
        ),
        (.foreignName, "Its name does not end in .eml; rename it to have it sent."),
    ])
    func `an obstacle says what is wrong and what to do`(_ obstacle: Obstacle, _ text: String) {
        #expect(obstacle.sentence == text)
    }

    @Test func `a file that does not let itself be moved is reported with its cure`() {
        let sentence =
            "It cannot be moved out of this folder; take its protection away (chattr -i -a), or "
            + "remove it."
        #expect(Obstacle.immovable.sentence == sentence)
    }

    @Test(arguments: [
        (
            ReadyPolicy.closed, UInt32(0xEF53), false,
            "A file is taken when no program has it open for writing and it has been unchanged for "
                + "1.0 seconds (ext4)."
        ),
        (
            .closed, 0xEF53, true,
            "A file of another user is taken when it has been unchanged for 10.0 seconds: without "
                + "CAP_LEASE nobody can tell whether it is still open. Grant the capability, or "
                + "let writers rename finished files."
        ),
        (
            .closed, 0x6969, false,
            "A file is taken when it has been unchanged for 10.0 seconds: "
                + "on NFS nobody can tell whether it is still open."
        ),
        (
            .closed, 0x1234, false,
            "A file is taken when it has been unchanged for 10.0 seconds: on an unknown file "
                + "system (0x1234) nobody can tell whether it is still open."
        ),
        (.renamed, 0x6969, false, "A file is taken as soon as its name ends in .eml."),
        (
            .marker(suffix: ".ok"), 0xEF53, false,
            "A file is taken when a second file ending in .ok says so."
        ),
    ])
    func `effective readiness says how and why`(
        _ policy: ReadyPolicy,
        _ magic: UInt32,
        _ refused: Bool,
        _ text: String
    ) {
        let found = EffectiveReadiness(
            rules: PickupRules(ready: policy),
            fileSystem: FileSystemKind(magic: magic),
            leasesRefused: refused
        )
        #expect(found.sentence == text)
        #expect(found.isDegraded == refused)
    }

    @Test func `the text beside a held file says what is missing and what to do`() throws {
        let text = HeldReason.text(
            of: .missingClosingBoundary("b1"),
            patience: .seconds(30),
            file: try #require(FileName("x.eml")),
            size: 812
        )
        #expect(
            text == """
                \u{FEFF}This message was not sent: the file looks as if its end is missing.\r
                The file ends before the line “--b1--” that ends its parts. It had not changed for \
                30 s.\r
                \r
                What to do\r
                  Find out why the writing program stopped, let it write the message again, and \
                remove this one.\r
                  If the message is good as it is, run "postchute release" with its id: it is \
                sent as it is.\r
                  If this program always writes such files, set truncated = "send" for its pickup.\r
                \r
                Facts\r
                  File: x.eml\r
                  Size: 812 octets\r

                """
        )
    }

    @Test func `only file systems known to be local keep leases`() {
        #expect(FileSystemKind(magic: 0x0102_1994) == .local("tmpfs"))
        #expect(FileSystemKind(magic: 0x5846_5342).keepsLeases)
        #expect(!FileSystemKind(magic: 0xFF53_4D42).keepsLeases)
        #expect(!FileSystemKind(magic: 0x794C_7630).keepsLeases)
    }
}
