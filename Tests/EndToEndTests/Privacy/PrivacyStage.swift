import Glibc
import TestSupport

/// A relay with `privacy = true` that tells in every way it can, and messages full of people.
enum PrivacyStage {
    /// The settings.
    static var plan: RelayPlan {
        var plan = RelayPlan()
        plan.general = ["privacy = true"]
        plan.level = "debug"
        plan.pickup = ["when_uncertain = 'hold'", "bounce_from = 'postmaster@kontor.test'"]
        plan.tables = """
            [alert.it]
            kind = 'mail'
            route = 'lab'
            from = 'relay@kontor.test'
            to = ['it@kontor.test']

            \(Pager.table)

            [http]
            listen = '127.0.0.1:0'
            """
        plan.script = """
            at MAIL from rudi.saphir@* reply "550 5.7.60 SMTP; Client does not have permissions to send as this sender rudi.saphir@kontor.test"
            at RCPT to quentin.achat@* reply "550 5.1.1 <Quentin.Achat@kontor.test> (Quentin.Achat%40kontor.test) is unknown, see https://help.test/?id=quentin.achat%40kontor.test"
            """
        return plan
    }

    /// What may be read nowhere.
    static let secrets =
        [
            "sigmund.quarz", "xaver.flint", "orig.kobalt", "wolfram", "zinnober", "tom.malachit",
            "carla.opal", "bruno.jaspis", "turmalin", "mid.beryll", "quentin.achat",
            "fritz.granat", "hilde.onyx", "dora.topas", "rudi.saphir", "norbert.rubin",
            "datei.amethyst", "olga.zirkon", "gero.citrin",
        ].map(Secret.init)

    /// A message from Sigmund Quarz.
    private static func message(
        to recipient: String,
        from sender: String = "sigmund.quarz"
    )
        -> String
    {
        """
        From: "Nadine Wolfram" <\(sender)@kontor.test>
        To: "Theo Zinnober" <\(recipient)>
        Subject: Geheimsache Turmalin \(recipient.prefix(8))
        Message-ID: <mid.beryll.\(recipient.hash)@kontor.test>

        Hello.

        """
    }

    private static let replay = """
        X-Sender: <sigmund.quarz@kontor.test>
        X-Receiver: <xaver.flint@kontor.test> NOTIFY=FAILURE ORCPT=rfc822;orig.kobalt+40kontor.test
        From: "Nadine Wolfram" <sigmund.quarz@kontor.test>
        To: "Theo Zinnober" <tom.malachit@kontor.test>
        Subject: Geheimsache Turmalin
        Message-ID: <mid.beryll@kontor.test>

        Hello.

        """

    private static let copies = """
        From: "Nadine Wolfram" <sigmund.quarz@kontor.test>
        To: "Theo Zinnober" <tom.malachit@kontor.test>
        Cc: carla.opal@kontor.test
        Bcc: bruno.jaspis@kontor.test
        Subject: Geheimsache Turmalin
        Message-ID: <mid.beryll.copies@kontor.test>

        Hello.

        """

    /// The name of a file that fails.
    static let failed = "von gero.citrin@kontor.test.eml"

    /// Sends one message on each way there is.
    static func play(on relay: RelayHarness) async throws {
        try relay.drop("a.eml", replay)
        try await relay.waitFor(.sent, "a.eml")
        try relay.drop("an datei.amethyst@kontor.test.eml", copies)
        try await relay.waitFor(.sent, "an datei.amethyst@kontor.test.eml")
        try relay.drop("quoted.eml", message(to: "quentin.achat@kontor.test"))
        try await relay.waitFor(.failed, "quoted.eml")
        try relay.drop(failed, message(to: "550-5.1.10+fritz.granat@fault.test"))
        try await relay.waitFor(.failed, failed)
        try relay.drop("bad.eml", message(to: "Norbert.Rubin"))
        try await relay.waitFor(.failed, "bad.eml")
        try relay.drop("held.eml", message(to: "close-after-dot+hilde.onyx@fault.test"))
        try await relay.waitFor(.held, "held.eml")
        try relay.drop("later.eml", message(to: "once.451-4.7.0+dora.topas@fault.test"))
        try await relay.waitFor(.sent, "later.eml")
        try relay.drop(
            "waits.eml",
            message(to: "olga.zirkon@kontor.test", from: "rudi.saphir")
        )
        try await relay.waitForLine("sender-suspended")
    }
}

extension String {
    /// Tells recipients apart in Message-IDs.
    fileprivate var hash: Int { utf8.reduce(0) { ($0 &* 31 &+ Int($1)) % 1_000_003 } }
}
