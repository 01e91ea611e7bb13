@testable import Delivery

/// What a daemon of an invented company knows.
enum DemoSnapshot {
    static func make(now: Int64) -> RelaySnapshot {
        var erp = RelaySnapshot.PickupStatus(missing: "erp", nil)
        (erp.route, erp.waiting, erp.deferred, erp.underWay) = ("m365", 8, 3, 2)
        erp.oldest = now - 190_000_000
        erp.backlog = .about(seconds: 180)
        var scans = RelaySnapshot.PickupStatus(missing: "scans", nil)
        (scans.waiting, scans.deferred, scans.oldest) = (41, 2, now - 5_400_000_000)
        scans.backlog = .unknown
        var snapshot = RelaySnapshot(
            takenAt: now - 1_000_000,
            processID: 4711,
            version: "1.0",
            pickups: [erp, scans],
            routes: [
                .init(
                    name: "m365",
                    isPaused: false,
                    submitting: 2,
                    connections: 3,
                    sent: 18_204
                ),
                .init(
                    name: "scanner",
                    isPaused: false,
                    cause: .authentication,
                    reason: "The server refused the sign-in.",
                    advice: "Renew the secret.",
                    nextLookSeconds: 840,
                    submitting: 0,
                    connections: 2,
                    sent: 912
                ),
            ],
            accounts: [account],
            backlog: .unknown
        )
        snapshot.startedAt = now - 86_400_000_000 * 3
        snapshot.expiring = [
            "The certificate of the identity contoso ends in 12 days, on 2026-12-09."
        ]
        snapshot.disks = [disk]
        snapshot.alerts = [
            OpenAlert(
                key: "route-suspended/scanner",
                since: now - 5_400_000_000,
                sentence: "The route scanner is suspended: the server refused the sign-in.",
                advice: "Renew the secret, then resume the route.",
                severity: .critical
            )
        ]
        return snapshot
    }

    private static var account: RelaySnapshot.AccountStatus {
        var account = RelaySnapshot.AccountStatus(
            name: "erp@contoso.com@worldwide",
            recipients: .init(used: 4200, limit: 10_000, seconds: 86_400)
        )
        account.messages = .init(used: 12, limit: 30, seconds: 60)
        return account
    }

    private static var disk: DiskStatus {
        DiskStatus(
            path: "/var/spool/postchute",
            use: "spool of erp",
            freeOctets: 412_000_000_000,
            totalOctets: 960_000_000_000
        )
    }

    /// A day of messages for the ledger: many that went well, some that did not.
    static func events(now: Int64, hostile: String, failedID: String) -> [MessageEvent] {
        var events: [MessageEvent] = []
        for index in 0..<600 {
            // More by day than by night, without chance.
            let hour = (index * index) % 23
            let at = now - Int64(hour) * 3_600_000_000 - Int64(index) * 4_000_000
            let id = "demo-\(1000 + index)"
            var event = MessageEvent(
                .claimed,
                at: at,
                id: id,
                pickup: "erp",
                file: "invoice-\(index).eml"
            )
            event.subject = "Invoice \(40_000 + index)"
            event.sender = "erp@contoso.com"
            event.recipients = [.init("buyer\(index % 7)@example.com", .pending)]
            events.append(event)
            event.kind = index % 97 == 5 ? .failed : .sent
            event.at = at + 900_000
            event.route = "m365"
            event.reply =
                event.kind == .sent ? "250 2.0.0 OK" : "550 5.7.60 Client does not have permissions"
            if event.kind == .failed { event.reason = "The mailbox may not send as this address." }
            events.append(event)
        }
        return events + failure(now: now, hostile: hostile, id: failedID)
    }

    private static func failure(now: Int64, hostile: String, id: String) -> [MessageEvent] {
        var event = MessageEvent(
            .claimed,
            at: now - 60_000_000,
            id: id,
            pickup: "erp",
            file: "offer.eml"
        )
        event.subject = hostile
        event.sender = "erp@contoso.com"
        event.recipients = [.init("sales@example.com", .pending), .init("\(hostile)@x", .pending)]
        var failed = event
        failed.kind = .failed
        failed.at = now - 30_000_000
        failed.route = "m365"
        failed.reply = "550 5.7.60 SMTP; \(hostile)\nsecond line"
        failed.reason = "The mailbox erp@contoso.com may not send as this address."
        failed.advice = "Give it the right to send as the address, then retry."
        failed.milliseconds = 412
        failed.peer = "smtp.office365.com [192.0.2.7] TLS 1.3"
        failed.recipients = event.recipients.map {
            .init($0.address, .refused, reply: failed.reply)
        }
        return [event, failed]
    }
}
