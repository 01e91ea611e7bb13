import SMTPSubmission
import Testing

/// An answer of a name server, written octet by octet.
struct MadeAnswer {
    var octets: [UInt8]

    /// The header and a question for the MX records of `contoso.test`.
    init(code: UInt8 = 0, answers: UInt16, isReply: Bool = true) {
        octets = [0, 7, isReply ? 0x81 : 0x01, 0x80 | code, 0, 1]
        octets += [UInt8(answers >> 8), UInt8(answers & 0xFF), 0, 0, 0, 0]
        octets += Self.name("contoso.test") + [0, 15, 0, 1]
    }

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    /// A record of the domain in the question.
    mutating func add(type: UInt8 = 15, lifetime: UInt32 = 300, length: Int? = nil, _ data: [UInt8])
    {
        let count = length ?? data.count
        octets += [0xC0, 12, 0, type, 0, 1]
        octets += (0..<4).reversed().map { UInt8(truncatingIfNeeded: lifetime >> ($0 * 8)) }
        octets += [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)] + data
    }

    mutating func addExchanger(_ preference: UInt8, _ host: String, lifetime: UInt32 = 300) {
        add(lifetime: lifetime, [0, preference] + Self.name(host))
    }
}

@Suite("Mail exchangers, the answer")
struct MailExchangerAnswerTests {
    private func read(_ answer: MadeAnswer) -> Result<MailExchangers, MailExchangerError> {
        Result { () throws(MailExchangerError) in try MailExchangerQuery.read(answer.octets) }
    }

    private func failure(_ answer: MadeAnswer) -> MailExchangerError? {
        if case .failure(let error) = read(answer) { error } else { nil }
    }

    @Test func `hosts, preferences and the shortest lifetime are read`() throws {
        var answer = MadeAnswer(answers: 3)
        answer.add(type: 5, MadeAnswer.name("alias.test"))
        answer.addExchanger(20, "b.contoso.test", lifetime: 900)
        // Compressed: the domain of the question behind one label.
        answer.add(lifetime: 120, [0, 10, 1, UInt8(ascii: "a"), 0xC0, 12])
        let exchangers = try read(answer).get()
        #expect(
            exchangers.records == [
                MailExchanger(host: "b.contoso.test", preference: 20),
                MailExchanger(host: "a.contoso.test", preference: 10),
            ]
        )
        #expect(exchangers.lifetime == .seconds(120))
    }

    @Test(arguments: [(0, 60), (59, 60), (61, 61), (3600, 3600), (UInt32.max, 3600)])
    func `an answer is believed for a minute to an hour`(_ told: UInt32, _ kept: Int) throws {
        var answer = MadeAnswer(answers: 1)
        answer.addExchanger(10, "a.test", lifetime: told)
        #expect(try read(answer).get().lifetime == .seconds(kept))
    }

    @Test(arguments: [
        (3, MailExchangerError.noSuchDomain), (2, .serverFailed), (5, .serverRefused),
        (4, .serverRefused), (1, .serverRefused), (0, .noRecord),
    ])
    func `each status has its own error`(_ code: Int, _ error: MailExchangerError) {
        #expect(failure(MadeAnswer(code: UInt8(code), answers: 0)) == error)
    }

    @Test func `a null MX says that the domain takes no mail`() {
        var answer = MadeAnswer(answers: 1)
        answer.add([0, 0, 0])
        #expect(failure(answer) == .takesNoMail)
    }

    @Test func `a null MX beside others is a record without a host`() throws {
        var answer = MadeAnswer(answers: 2)
        answer.add([0, 0, 0])
        answer.addExchanger(5, "a.test")
        #expect(try read(answer).get().records.map(\.host) == ["a.test"])
    }

    @Test(arguments: [
        "192.0.2.1", "a b.test", "a\u{1}.test", "ä.test", "a\\.test", "",
    ])
    func `a host that is no host name is passed over`(_ host: String) {
        var answer = MadeAnswer(answers: 2)
        answer.addExchanger(1, host)
        answer.add([0, 2, 0])
        #expect(failure(answer) == .noUsableHost)
    }

    @Test(arguments: [
        ("points at itself", [0, 1, 0xC0, 44]), ("points ahead", [0, 1, 0xC0, 0xFF]),
        ("points beyond the end", [0, 1, 0xFF, 0xFF]), ("reserved kind of label", [0, 1, 0x80, 0]),
        ("no room for a name", [0, 1]), ("no room for a preference", [0]), ("nothing", []),
        ("a label beyond the end", [0, 1, 63, 97]), ("a name without its end", [0, 1, 1, 97]),
        ("more than a name", [0, 1, 1, 97, 0, 0]),
    ])
    func `a name that leads nowhere makes the answer unreadable`(_ what: String, _ data: [UInt8]) {
        var answer = MadeAnswer(answers: 1)
        answer.add(data)
        #expect(failure(answer) == .unreadableAnswer, "\(what)")
    }

    @Test func `two names that point at each other end`() {
        var answer = MadeAnswer(answers: 2)
        let start = UInt8(answer.octets.count)
        // The first record's name stands 14 octets behind its start, the second's 18 further on.
        answer.add([0, 1, 0xC0, start + 14 + 16])
        answer.add([0, 1, 0xC0, start + 14])
        #expect(failure(answer) == .unreadableAnswer)
    }

    @Test(arguments: [(65_535, 1), (5, 2), (0, 65_535)])
    func `absurd lengths and counts lead nowhere`(_ length: Int, _ answers: UInt16) {
        var answer = MadeAnswer(answers: answers)
        answer.add(length: length, [0, 1] + MadeAnswer.name("a.test"))
        #expect(failure(answer) == .unreadableAnswer)
    }

    @Test func `a question is no answer`() {
        #expect(failure(MadeAnswer(answers: 0, isReply: false)) == .unreadableAnswer)
    }

    @Test func `no more records are read than anybody can need`() throws {
        var answer = MadeAnswer(answers: 1000)
        for _ in 0..<1000 { answer.addExchanger(1, "a.test") }
        #expect(try read(answer).get().records.count == MailExchangers.maximumRecords)
    }

    @Test func `a truncated answer is unreadable wherever it is cut`() {
        var answer = MadeAnswer(answers: 2)
        answer.addExchanger(10, "a.contoso.test")
        answer.addExchanger(20, "b.contoso.test")
        let whole = answer.octets
        for count in 0..<whole.count {
            answer.octets = Array(whole[..<count])
            #expect(failure(answer) == .unreadableAnswer, "\(count)")
        }
    }

    @Test func `an answer with spoiled octets is read or refused, and nothing worse`() {
        var answer = MadeAnswer(answers: 3)
        answer.addExchanger(10, "a.contoso.test")
        answer.add([0, 2, 1, UInt8(ascii: "c"), 0xC0, 12])
        answer.add(type: 5, MadeAnswer.name("alias.test"))
        let whole = answer.octets
        var dice = Dice(state: 1035)
        for _ in 0..<20_000 {
            answer.octets = whole
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let place = Int.random(in: 0..<whole.count, using: &dice)
                answer.octets[place] = UInt8.random(in: 0...255, using: &dice)
            }
            if case .success(let exchangers) = read(answer) {
                #expect(exchangers.records.allSatisfy { (1...253).contains($0.host.utf8.count) })
            }
        }
    }

    @Test func `equal preferences come in random order, others in theirs, each host once`() throws {
        let records = [
            MailExchanger(host: "c.test", preference: 20), .init(host: "a.test", preference: 10),
            .init(host: "b.test", preference: 10), .init(host: "A.TEST", preference: 30),
        ]
        let exchangers = try MailExchangers(records: records, lifetime: .seconds(60))
        var orders: Set<[String]> = []
        for seed in 0..<20 {
            var dice = Dice(state: seed)
            orders.insert(exchangers.order(using: &dice))
        }
        #expect(
            orders == [["a.test", "b.test", "c.test"], ["b.test", "a.test", "c.test"]]
        )
    }

    @Test(arguments: [
        (MailExchangerError.noSuchDomain, "the domain does not exist (NXDOMAIN)"),
        (
            .noRecord,
            "the domain has no MX record, and its own address is not used in place of one"
        ),
        (.takesNoMail, "the domain declares that it takes no mail (null MX)"),
        (.serverFailed, "the name server could not look up its MX records (SERVFAIL)"),
        (.serverRefused, "the name server refused to look up its MX records"),
        (.noAnswer, "no name server answered the question for its MX records"),
        (.invalidDomain, "this is not a domain name"),
        (.unreadableAnswer, "the name server's answer about its MX records cannot be read"),
        (.noUsableHost, "none of its MX records names a host"),
    ])
    func `every error has its words`(_ error: MailExchangerError, _ words: String) {
        #expect(error.phrase == words)
        #expect(MailExchangerError.allCases.count == 9)
    }
}

/// The same numbers in every run.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    init(state: Int) { self.state = UInt64(truncatingIfNeeded: state) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
