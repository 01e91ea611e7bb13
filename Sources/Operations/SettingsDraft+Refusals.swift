internal import Settings

extension SettingsDraft {
    /// Takes an answer that an option gave.
    ///
    /// - Throws: With status 64, naming the option.
    package mutating func take(
        _ text: String,
        for question: SettingsQuestion
    ) throws(CommandRefusal) {
        do throws(Objection) {
            try answer(question, text)
        } catch {
            throw CommandRefusal(
                "\(question.option): \(error.sentence) \(error.advice)".trailed,
                .usage
            )
        }
    }

    /// Takes what is taken without an answer.
    ///
    /// - Throws: With status 64 where only a person can know.
    package mutating func takeStandard(of question: SettingsQuestion) throws(CommandRefusal) {
        guard let standard = standard(question) else {
            throw CommandRefusal(
                "There is no terminal to ask on; say it with \(question.option): \(question.words)",
                .usage
            )
        }
        try take(standard, for: question)
    }

    /// The input ended before the last answer.
    package static var abandoned: CommandRefusal {
        CommandRefusal("Nothing was written: the answers ended too early.", .usage)
    }
}

extension ServiceUnit {
    /// Reads the settings file that the unit is for.
    ///
    /// - Throws: With status 78 and every complaint when the settings are wrong.
    package init(path: String) throws(CommandRefusal) {
        do {
            self.init(
                try RelaySettings.read(path: path),
                path: path,
                credentials: try RelaySettings.credentials(in: path)
            )
        } catch {
            var refusal = CommandRefusal("", .settings)
            refusal.lines = error.errors.map(\.description)
            throw refusal
        }
    }
}

extension String {
    /// The text without a space at its end, which an empty advice leaves.
    fileprivate var trailed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
