package import Settings

/// The answers that `init` has so far, and the settings file they make.
///
/// Every answer is judged by the settings themselves, so that what is written passes `check`.
package struct SettingsDraft: Hashable, Sendable {
    /// What an answer says that wants a setting left out.
    package static let nothing = "none"

    private var answers: [SettingsQuestion: String] = [:]

    /// Creates a draft without answers.
    package init() {}

    /// The answer to a question, if there is one.
    package subscript(question: SettingsQuestion) -> String? { answers[question] }

    /// The first question that must still be answered.
    package var next: SettingsQuestion? {
        SettingsQuestion.allCases.first { answers[$0] == nil && applies($0) }
    }

    /// Takes an answer; white space around it does not count.
    ///
    /// - Throws: What is wrong with it, in the words of `check`; the draft is then unchanged.
    package mutating func answer(
        _ question: SettingsQuestion,
        _ text: String
    ) throws(Objection) {
        let answer = text.trimmed
        guard !answer.isEmpty else { throw Objection("needs an answer.") }
        if question == .signIn, !signIns.contains(answer) {
            let verdict = "\(quoted(answer)) is not one of \(listed(signIns))."
            throw Objection(verdict, Suggestion.sentence(for: answer, among: signIns) ?? "")
        }
        var trial = self
        trial.answers[question] = answer
        // All else is an answer that was accepted or an example: what is wrong is this answer.
        if let error = trial.completed.complaint {
            throw Objection(error.sentence, error.advice)
        }
        self = trial
    }

    /// Whether a question has a meaning beside the answers so far.
    package func applies(_ question: SettingsQuestion) -> Bool {
        switch question {
        case .pickup, .path, .operators, .service: true
        case .mailbox: service?.sendsAsMailbox == true
        case .domain, .allowFrom: service?.isReachedByMX == true
        case .clientCertificate: service == .connector
        case .host, .port, .tls: service == .smtp
        case .signIn: !signIns.isEmpty
        case .username: service == .acs || service == .smtp && signIn == "password"
        case .password: signIn == "password"
        case .tenant, .clientID: ["certificate", "secret", "device"].contains(signIn)
        case .certificate: signIn == "certificate"
        case .secret: signIn == "secret"
        case .user: signIn == "device"
        }
    }

    /// What is taken when a person answers nothing; `nil` where only they can know.
    package func standard(_ question: SettingsQuestion) -> String? {
        switch question {
        case .pickup: "erp"
        case .path: "/srv/drop/\(answers[.pickup] ?? "erp")"
        case .operators: "postchute-operators"
        case .service: MailService.exchangeOnline.rawValue
        case .port: answers[.tls] == "implicit" ? "465" : "587"
        case .tls: "starttls"
        case .signIn: signIns.first
        case .password: "/etc/postchute/\(answers[.pickup] ?? "erp").password"
        case .certificate: "/etc/postchute/\(identity).pfx"
        case .secret: "/etc/postchute/\(identity).secret"
        case .user: answers[.mailbox].flatMap { $0.contains("{") ? nil : $0 }
        case .allowFrom: answers[.domain]
        case .clientCertificate: Self.nothing
        case .mailbox, .username, .domain, .host, .tenant, .clientID: nil
        }
    }

    /// The draft with an example in place of every answer that is missing.
    private var completed: Self {
        var draft = self
        while let question = draft.next {
            let isWay = question == .signIn
            draft.answers[question] = isWay ? draft.signIns.first : question.example
        }
        return draft
    }

    private var complaint: SettingsError? {
        do {
            _ = try RelaySettings.parse(
                Array(text.utf8),
                file: RelaySettings.defaultPath,
                credentialsDirectory: RelaySettings.credentialsDirectory
            )
            return nil
        } catch {
            return error.errors.first
        }
    }
}

extension SettingsDraft {
    var service: MailService? { answers[.service].flatMap(MailService.init) }
    var signIn: String? { applies(.signIn) ? answers[.signIn] : nil }

    /// The ways to sign in that the service has, the best first.
    private var signIns: [String] {
        switch service {
        case .exchangeOnline, .hve: ["certificate", "secret", "device", "managed", "password"]
        case .graph: ["certificate", "secret", "device", "managed"]
        case .acs: ["secret", "certificate", "password"]
        case .smtp: ["password", Self.nothing]
        case .connector, .directSend, nil: []
        }
    }

    /// The name of the identity: the first label of the tenant's domain.
    var identity: String {
        let label = answers[.tenant]?.split(separator: ".").first.map(String.init) ?? ""
        let isName = answers[.tenant]?.contains(".") == true
        return isName && label.utf8.allSatisfy { $0 < 0x80 } ? label.lowercased() : "tenant"
    }
}

extension StringProtocol {
    /// The text without white space around it.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
