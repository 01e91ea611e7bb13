extension SoakSample {
    /// A line of `soak.tsv`.
    var row: String {
        [
            "\(Int(time))", "\(residentKB)", "\(peakKB)", "\(descriptors)", "\(threads)",
            "\(workers)", "\(processorTime)", "\(messages)", "\(logLines)", "\(queue)",
            isAtRest ? "rest" : "load",
        ].joined(separator: "\t")
    }
}

extension Soak {
    /// What a person wants to know at the end.
    func report(warmUp: Double) -> String {
        let trend = SoakTrend(samples, warmUp: warmUp)
        let ledger = ledger
        let kinds = Dictionary(grouping: ledger.entries.values) { $0.message.kind }
        let copies = ledger.entries.values.map(\.copies).reduce(0, +)
        let load = samples.filter { !$0.isAtRest }
        var lines = ["soak: \(ledger.entries.count) messages in \(Int(time)) s, \(copies) copies"]
        lines.append("seed: \(plan.seed)")
        lines.append("kinds: \(Self.list(kinds.map { ("\($0.key)", $0.value.count) }))")
        lines.append("events: \(Self.list(events.map { ($0.key, $0.value) }))")
        lines.append("acts: \(Self.list(acts.map { ($0.key, $0.value) }))")
        if let last = samples.last {
            lines.append("peak memory: \(last.peakKB / 1024) MB")
            lines.append("log lines a second: \(Self.rounded(Double(last.logLines) / last.time))")
            let share = last.processorTime / last.time * 100
            lines.append("share of a core: \(Self.rounded(share)) %")
        }
        lines.append("most under load: \(load.map(\.descriptors).max() ?? 0) descriptors, ")
        lines[lines.count - 1] += "\(load.map(\.threads).max() ?? 0) threads, "
        lines[lines.count - 1] += "\(load.map(\.workers).max() ?? 0) workers, "
        lines[lines.count - 1] += "\(load.map(\.queue).max() ?? 0) messages waiting"
        lines.append("at rest, first and last quarter after \(Int(warmUp)) s:")
        lines.append("  memory: \(Self.ends(trend.memory)) MB")
        lines.append("  memory an hour: \(trend.memorySlope.map(Self.rounded) ?? "–") MB")
        lines.append("  descriptors: \(Self.ends(trend.descriptors))")
        lines.append("  threads: \(Self.ends(trend.threads))")
        lines.append("  workers: \(Self.ends(trend.workers))")
        lines.append("  processor time of a message: \(Self.ends(trend.cost)) ms")
        return lines.joined(separator: "\n")
    }

    private static func list(_ counts: [(String, Int)]) -> String {
        counts.sorted { $0.0 < $1.0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private static func ends(_ ends: SoakTrend.Ends?) -> String {
        ends.map { "\(rounded($0.first)) → \(rounded($0.last))" } ?? "–"
    }

    private static func rounded(_ value: Double) -> String {
        "\((value * 100).rounded() / 100)"
    }
}
