import AccessTokens
import Testing

@Suite("Warnings of an end")
struct ExpiryWarningTests {
    /// 2026-11-23 10:15:30 UTC.
    private let ends: Int64 = 1_795_428_930
    private let day: Int64 = 86_400

    private func certificate(_ left: Int64) -> ExpiryWarning? {
        ExpiryWarning.due(for: .certificate("/etc/a.pem"), ends: ends, now: ends - left)
    }

    @Test func `a word is due 30, 14, 7 and 1 days ahead and at the end`() {
        let seen = [31, 30, 29, 15, 14, 8, 7, 2, 1].map { certificate($0 * day)?.threshold }
        #expect(seen == [nil, 30, 30, 30, 14, 14, 7, 7, 1])
        #expect(certificate(30 * day + 1) == nil)
        #expect(certificate(1)?.threshold == 1)
        #expect(certificate(0)?.threshold == 0)
        #expect(certificate(-100 * day)?.threshold == 0)
    }

    @Test func `each word is one sentence with a cure`() {
        #expect(
            certificate(30 * day)?.sentence
                == "The certificate '/etc/a.pem' expires in 30 days, at 2026-11-23 10:15 UTC; "
                + "make a new one, register it beside the old one, and add it to the identity."
        )
        #expect(
            certificate(day)?.sentence
                == "The certificate '/etc/a.pem' expires within one day, at 2026-11-23 10:15 UTC; "
                + "make a new one, register it beside the old one, and add it to the identity."
        )
        #expect(
            ExpiryWarning.due(for: .clientCertificate("/etc/r.pem"), ends: ends, now: ends - day)?
                .sentence
                == "The client certificate '/etc/r.pem' expires within one day, at"
                + " 2026-11-23 10:15 UTC; have a new one made out to the same name, and put it into"
                + " its file."
        )
        #expect(
            ExpiryWarning.due(for: .clientSecret(identity: "contoso"), ends: ends, now: ends)?
                .sentence
                == "The client secret of identity 'contoso' has expired at 2026-11-23 10:15 UTC; "
                + "make a new one, put it into its file, and set client_secret_expires."
        )
    }

    @Test func `the next word has its time`() {
        var now = ends - 100 * day
        var times: [Int64] = []
        while let next = ExpiryWarning.next(ends: ends, after: now) {
            times.append((ends - next) / day)
            now = next
        }
        #expect(times == [30, 14, 7, 1, 0])
    }

    @Test(arguments: [Int64.min, Int64.max, 0])
    func `odd times do no harm`(_ ends: Int64) {
        for now in [Int64.min, 0, Int64.max] {
            _ = ExpiryWarning.due(for: .certificate("a"), ends: ends, now: now)
            _ = ExpiryWarning.next(ends: ends, after: now)
        }
    }
}
