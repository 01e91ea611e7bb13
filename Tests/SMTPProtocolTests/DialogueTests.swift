import SMTPProtocol
import TestSupport
import Testing

@Suite("Dialogues, in memory")
struct DialogueTests {
    private static let all: [Dialogue] = {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        // A folder that cannot be read leaves one case, which fails by name.
        return (try? Dialogue.all(in: "/\(folder)/Dialogues")) ?? []
    }()

    @Test func `the folder of dialogues is found`() {
        #expect(Self.all.count > 70)
    }

    @Test(arguments: all)
    func `every word is as the dialogue says`(_ dialogue: Dialogue) throws {
        let played = try MachinePlayer.transcript(of: dialogue)
        #expect(played == dialogue.transcript)
    }
}
