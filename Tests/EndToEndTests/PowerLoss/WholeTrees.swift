/// What a power cut left of everything at once, for all messages of a recording.
///
/// Here the messages' operations are lost together, as disks lose them: with a journal all that came
/// after one moment; without, any of them.
struct WholeTrees {
    /// How many power cuts were thought through.
    private(set) var cuts = 0
    /// The different trees, by pickup, in order of their first appearance.
    private(set) var scenes: [PowerLossReplay.Scene] = []

    private let recording: Recording
    private let model: DiskModel
    private var seen: Set<[MessageCase]> = []
    private var random: SeededGenerator

    /// Thinks through the power cuts at some lines.
    init(
        _ recording: Recording,
        at lines: some Sequence<Int>,
        seed: UInt64,
        unsynced: (TrialMessage) -> Bool
    ) {
        self.recording = recording
        model = DiskModel(recording, unsynced: unsynced)
        random = SeededGenerator(seed: seed)
        for line in lines {
            cuts += 1
            let begun = model.operations.indices.filter { model.operations[$0].entry <= line }
            let fixed = Set(begun.filter { model.operations[$0].durable <= line })
            let free = begun.filter { model.operations[$0].durable > line }
            for kept in journals(free) + subsets(free) {
                let lost = LostContent.allCases.randomElement(using: &random) ?? .nothing
                add(at: line, keeping: fixed.union(kept), lost)
            }
        }
    }

    /// What a journal may have of the operations that are not sure: all until some moment.
    ///
    /// The journal is in order, so with a sure operation it has all before that as well.
    private func journals(_ free: [Int]) -> [[Int]] {
        (0...free.count).map { Array(free.prefix($0)) }
    }

    /// Without order: each single one lost, each single one kept, and any.
    private mutating func subsets(_ free: [Int]) -> [[Int]] {
        let singles = free.flatMap { one in [[one], free.filter { $0 != one }] }
        let some = (0..<4).map { _ in free.filter { _ in Bool.random(using: &random) } }
        return singles + some
    }

    private mutating func add(at line: Int, keeping kept: Set<Int>, _ lost: LostContent) {
        for pickup in TrialPickup.allCases {
            let messages = recording.messages.filter { $0.pickup == pickup }
            let cases = messages.map { message in
                let nodes = model.nodes(of: message.key)
                var knowledge = recording.knowledge(of: message.key, at: line)
                knowledge.isContentDurable = model.hasDurableContent(message, at: line)
                return MessageCase(
                    message: message,
                    remains: model.remains(of: nodes, at: line, keeping: kept, lost),
                    knowledge: knowledge
                )
            }
            guard seen.insert(cases).inserted else { continue }
            let named = cases.map { ($0.message.key, $0) }
            scenes.append(
                PowerLossReplay.Scene(
                    pickup: pickup,
                    cases: Dictionary(uniqueKeysWithValues: named)
                )
            )
        }
    }
}
