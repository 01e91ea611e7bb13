/// The table `[disk]`: how much room is kept free on every file system that is written to.
package struct DiskSettings: Hashable, Sendable {
    /// Room for data.
    package var floor: DiskFloor
    /// Room for files.
    package var inodes: DiskFloor

    /// Creates the table; by default the smaller of 1 GB and 5 % of the data, and 2 % of the files.
    package init(floor: DiskFloor? = nil, inodes: DiskFloor? = nil) {
        self.floor = floor ?? .smaller(amount: 1_073_741_824, percent: 5)
        self.inodes = inodes ?? .percent(2)
    }
}

/// The least that is to stay free.
package enum DiskFloor: Hashable, Sendable {
    /// Octets, or files.
    case amount(Int)
    case percent(Int)
    /// Whichever is less.
    case smaller(amount: Int, percent: Int)

    /// The floor of a file system that has this much in all.
    package func least(of total: Int64) -> Int64 {
        switch self {
        case .amount(let amount): Int64(amount)
        case .percent(let percent): total / 100 * Int64(percent)
        case .smaller(let amount, let percent): min(Int64(amount), total / 100 * Int64(percent))
        }
    }
}

/// The keys of `[disk]`.
enum DiskKey: String, SettingKey {
    case floor, inodes

    static let table = SettingTable.disk

    var declaration: SettingDeclaration {
        switch self {
        case .floor:
            SettingDeclaration(
                .share(.size),
                .phrase("the smaller of 1 GB and 5 %"),
                "How much stays free on each disk: below it nothing that grows is begun.",
                remark: """
                    Mail goes on: to claim and to send a message moves its file and writes next to \
                    nothing. Files that would have to be copied from another file system stay with \
                    their writers. Below an eighth of it, 32 MB at most, nothing is submitted either: \
                    what becomes of a message must always find its place. `"0 %"` turns this off.
                    """,
                example: #"floor = "500 MB""#
            )
        case .inodes:
            SettingDeclaration(
                .share(.count),
                .value("2 %"),
                "How many files each disk must still have room for, likewise.",
                remark: "File systems that do not count files have no such limit.",
                example: #"inodes = "10000""#
            )
        }
    }
}

extension ValueSyntax {
    /// What a share may also be written as.
    package enum ShareUnit: Hashable, Sendable {
        /// An amount of data.
        case size
        /// A bare number.
        case count
    }

    private static let largestFloor = 1_099_511_627_776

    /// A share of a disk in percent, or an amount.
    package static func share(
        _ content: TomlContent,
        or unit: ShareUnit
    ) throws(Objection) -> DiskFloor {
        let advice =
            switch unit {
            case .size: #"Write a share or a size: "5 %", "500 MB"."#
            case .count: #"Write a share or a number: "2 %", "10000"."#
            }
        guard case .text(let text) = content else {
            throw Objection("must be a share in quotes, not \(content.phrase).", advice)
        }
        if text.hasSuffix("%") {
            let digits = text.dropLast().drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            guard let percent = Int(String(digits)), digits.allSatisfy(\.isNumber) else {
                throw Objection("\(quoted(text)) is not a share.", advice)
            }
            guard percent <= 50 else {
                throw Objection("\(quoted(text)) is too large: at most 50 %.")
            }
            return .percent(percent)
        }
        switch unit {
        case .size: return .amount(try size(content, in: 0...largestFloor))
        case .count:
            guard let number = Int(text), number >= 0, number <= 1_000_000_000 else {
                throw Objection("\(quoted(text)) is not a share.", advice)
            }
            return .amount(number)
        }
    }
}
