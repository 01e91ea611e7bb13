import MailMessage
import Testing

@Suite("Message identity")
struct MessageIdentityTests {
    @Test(arguments: [
        (1_795_428_930, "Mon, 23 Nov 2026 10:15:30 +0000"),
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 +0000"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
        (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 +0000"),
        (Int64.max, "Fri, 31 Dec 9999 23:59:59 +0000"),
        (Int64.min, "Thu, 01 Jan 1970 00:00:00 +0000"),
    ])
    func `the claim time becomes a Date`(seconds: Int64, date: String) {
        #expect(MessageIdentity(id: "x", claimedAt: seconds).date == date)
    }

    @Test func `the id and the domain become a Message-ID`() {
        #expect(
            claim.messageID(domain: "example.com")
                == "<20261123T101530123456-7h3k9q2mzx4wp@example.com>"
        )
    }
}
