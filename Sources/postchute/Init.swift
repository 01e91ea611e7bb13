internal import ArgumentParser
internal import Glibc
internal import Operations
internal import Settings

/// `postchute init`: writes a settings file, or what systemd must know of one.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a settings file by asking, or with --unit what systemd must know of it.",
        discussion: """
            It asks on a terminal what the options do not say; elsewhere what they do not say has to \
            have a default. Settings that are there are never overwritten. --unit writes a drop-in \
            of the unit (writable folders, credentials, CAP_LEASE where it is used) and the folders \
            for systemd-tmpfiles; give it again whenever folders or credentials change. Exit \
            status 0: written; 64: an answer is wrong or missing; 69: a file cannot be written; 78: \
            there are settings, or with --unit they are wrong.
            """
    )

    @OptionGroup var settings: SettingsOption

    @Flag(help: "Write the drop-in and the folders for the settings that are there.")
    var unit = false

    @Option(help: "With --unit, the folder that stands for the root of the system.")
    var root = ""

    @OptionGroup var answers: InitAnswers

    func run() throws {
        try carryOut { () throws(CommandRefusal) in
            unit ? try writeUnit() : try writeSettings()
        }
    }

    private func writeUnit() throws(CommandRefusal) -> CommandResult {
        let unit = try ServiceUnit(path: settings.path)
        try WrittenFile(root + ServiceUnit.dropInPath).write(unit.dropIn, mode: 0o644)
        try WrittenFile(root + ServiceUnit.foldersPath).write(unit.tmpfiles, mode: 0o644)
        return CommandResult(InitSteps.afterUnit(unit, root: root))
    }

    private func writeSettings() throws(CommandRefusal) -> CommandResult {
        let file = WrittenFile(settings.path)
        try file.refuseSettings()
        var draft = SettingsDraft()
        let isTerminal = isatty(STDIN_FILENO) == 1
        while let question = draft.next {
            if let given = answers[question] {
                try draft.take(given, for: question)
            } else if isTerminal {
                try ask(question, &draft)
            } else {
                try draft.takeStandard(of: question)
            }
        }
        try file.writeSettings(draft.text)
        return CommandResult(InitSteps.afterSettings(draft, path: settings.path))
    }

    /// Asks until the answer is one that the settings accept.
    private func ask(
        _ question: SettingsQuestion,
        _ draft: inout SettingsDraft
    ) throws(CommandRefusal) {
        let standard = draft.standard(question)
        Console.print(question.words + (standard.map { " [\($0)]" } ?? ""))
        while let line = readLine() {
            let isEmpty = line.allSatisfy(\.isWhitespace)
            do throws(Objection) {
                return try draft.answer(question, isEmpty ? standard ?? "" : line)
            } catch {
                Console.print("That \(error.sentence) \(error.advice)")
            }
        }
        throw SettingsDraft.abandoned
    }
}

/// Answers given as options.
struct InitAnswers: ParsableArguments {
    @Option(help: ArgumentHelp("The first drop folder and its name.", valueName: "name=path"))
    var pickup: String?
    @Option(help: "The group that may read and move messages, or none.")
    var operators: String?
    @Option(help: "exchange-online, graph, connector, direct-send, hve, acs or smtp.")
    var service: String?
    @Option(help: "The mailbox that sends.")
    var mailbox: String?
    @Option(help: "The tenant's domain, for connector and direct-send.")
    var domain: String?
    @Option(help: "The server, for smtp.")
    var host: String?
    @Option(help: "starttls, implicit or none, for smtp.")
    var tls: String?
    @Option(help: "The server's port, for smtp.")
    var port: String?
    @Option(help: "certificate, secret, device, managed, password or none.")
    var signIn: String?
    @Option(help: "The user name, for acs and smtp.")
    var username: String?
    @Option(help: "The file that holds the password, or credential:NAME.")
    var password: String?
    @Option(help: "The tenant's id or one of its domains.")
    var tenant: String?
    @Option(help: "The application's id.")
    var clientID: String?
    @Option(help: "The file of the application's certificate.")
    var certificate: String?
    @Option(help: "The file of the application's secret.")
    var secret: String?
    @Option(help: "The person who signs in, with device.")
    var user: String?
    @Option(help: "Who may send, for connector and direct-send.")
    var allowFrom: String?
    @Option(help: "The file of this host's certificate, for connector; or none.")
    var clientCertificate: String?

    /// What the options say to a question.
    subscript(question: SettingsQuestion) -> String? {
        switch question {
        case .pickup: pickup.map { String($0.prefix { $0 != "=" }) }
        case .path:
            pickup?.firstIndex(of: "=").map { index in
                pickup.map { String($0[$0.index(after: index)...]) } ?? ""
            }
        case .operators: operators
        case .service: service
        case .mailbox: mailbox
        case .domain: domain
        case .host: host
        case .tls: tls
        case .port: port
        case .signIn: signIn ?? impliedSignIn
        case .username: username
        case .password: password
        case .tenant: tenant
        case .clientID: clientID
        case .certificate: certificate
        case .secret: secret
        case .user: user
        case .allowFrom: allowFrom
        case .clientCertificate: clientCertificate
        }
    }

    /// Who names a certificate wants to sign in with it.
    private var impliedSignIn: String? {
        if certificate != nil { return "certificate" }
        if secret != nil { return "secret" }
        return password != nil ? "password" : nil
    }
}
