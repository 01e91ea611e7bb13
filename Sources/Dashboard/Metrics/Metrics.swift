internal import Delivery
internal import Operations

/// What monitoring reads, made from one snapshot.
enum Metrics {
    /// The text format of Prometheus.
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// The page; without a snapshot it tells of the process alone.
    ///
    /// Reads `/proc`.
    static func page(_ source: DashboardSource) -> String {
        var page = Exposition()
        page.add(.build, source.version, value: 1)
        if let snapshot = source.snapshot() {
            add(snapshot, source, to: &page)
            for pickup in snapshot.pickups { add(pickup, at: source.now(), to: &page) }
            for route in snapshot.routes { add(route, to: &page) }
            for account in snapshot.accounts ?? [] { add(account, to: &page) }
            for disk in snapshot.disks ?? [] { add(disk, to: &page) }
        }
        for (name, end) in source.credentials().sorted(by: { $0.key < $1.key }) {
            page.add(.credentialEnd, name, value: end)
        }
        add(ProcessUse.now(), to: &page)
        return page.text
    }

    private static func add(
        _ snapshot: RelaySnapshot,
        _ source: DashboardSource,
        to page: inout Exposition
    ) {
        let report = StatusReport(of: snapshot, source.settings, now: source.now())
        page.add(.flowing, value: report.sentences.isEmpty ? 1 : 0)
        page.add(.snapshot, value: seconds(snapshot.takenAt))
        if let started = snapshot.startedAt { page.add(.start, value: seconds(started)) }
        if let isAfterCrash = snapshot.isAfterCrash {
            page.add(.crashed, value: isAfterCrash ? 1 : 0)
        }
        for severity in OpenAlert.Severity.allCases {
            guard let alerts = snapshot.alerts else { break }
            page.add(
                .alerts,
                severity.rawValue,
                value: alerts.count { $0.severity == severity }
            )
        }
        page.add(.ledger, value: snapshot.ledger == nil ? 1 : 0)
        page.add(.expiring, value: snapshot.expiring?.count ?? 0)
    }

    private static func add(
        _ pickup: RelaySnapshot.PickupStatus,
        at now: Int64,
        to page: inout Exposition
    ) {
        let (name, counters) = (pickup.name, pickup.counters)
        page.add(.claimed, name, value: counters.claimed)
        page.add(.sent, name, value: counters.sent)
        page.add(.failed, name, value: counters.failed)
        page.add(.held, name, value: counters.held)
        page.add(.uncertain, name, value: counters.uncertain)
        page.add(.waiting, name, value: pickup.waiting)
        page.add(.later, name, value: pickup.deferred)
        page.add(.underWay, name, value: pickup.underWay)
        page.add(
            .oldest,
            name,
            value: pickup.oldest.map { max(seconds(now) - seconds($0), 0) } ?? 0
        )
        page.add(.pickupPaused, name, value: pickup.isPaused ? 1 : 0)
        page.add(
            .pickupSuspended,
            name,
            value: pickup.suspended != nil || pickup.folder != nil ? 1 : 0
        )
        page.add(.withoutRoute, name, value: pickup.route == nil ? 1 : 0)
        page.add(.senders, name, value: pickup.suspendedSenders.count)
    }

    private static func add(_ route: RelaySnapshot.RouteStatus, to page: inout Exposition) {
        page.add(.routeSent, route.name, value: route.sent)
        page.add(.submitting, route.name, value: route.submitting)
        page.add(.connections, route.name, value: route.connections)
        page.add(.routePaused, route.name, value: route.isPaused ? 1 : 0)
        for cause in RouteCondition.Cause.allCases {
            page.add(
                .routeSuspended,
                route.name,
                cause.rawValue,
                value: route.cause == cause ? 1 : 0
            )
        }
    }

    private static func add(_ account: RelaySnapshot.AccountStatus, to page: inout Exposition) {
        page.add(.sessions, account.name, value: account.sessions)
        let gauges = [
            ("messages", account.messages), ("recipients", account.recipients),
            ("external", account.external), ("octets", account.octets),
        ]
        for case (let name, let gauge?) in gauges {
            page.add(.limitUsed, account.name, name, value: gauge.used)
            if let limit = gauge.limit { page.add(.limit, account.name, name, value: limit) }
            page.add(.limitWindow, account.name, name, value: gauge.seconds)
            page.add(.limitRoom, account.name, name, value: gauge.roomInSeconds)
        }
    }

    private static func add(_ disk: DiskStatus, to page: inout Exposition) {
        page.add(.diskFree, disk.path, value: disk.freeOctets)
        page.add(.diskTotal, disk.path, value: disk.totalOctets)
        if let inodes = disk.freeInodes { page.add(.inodesFree, disk.path, value: inodes) }
        page.add(.diskLow, disk.path, value: disk.isLow == nil ? 0 : 1)
    }

    private static func add(_ use: ProcessUse, to page: inout Exposition) {
        if let memory = use.residentOctets { page.add(.memory, value: memory) }
        page.add(.processor, value: use.processorSeconds)
        if let count = use.descriptors { page.add(.descriptors, value: count) }
        page.add(.descriptorLimit, value: use.descriptorLimit)
    }

    private static func seconds(_ microseconds: Int64) -> Int64 { microseconds / 1_000_000 }
}

/// The reference page `docs/metrics.md`, rendered from the declarations.
package enum MetricsReference {
    /// Returns the page as Markdown.
    package static func markdown() -> String {
        var lines = [introduction, "| metric | type | labels | what it is |", "|---|---|---|---|"]
        for metric in Metric.all {
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            lines.append(
                "| `\(metric.fullName)` | \(metric.kind.rawValue) | \(labels) | \(metric.help) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let introduction = """
        # Metrics

        <!-- Rendered from Sources/Dashboard/Metrics; a test compares. To change it, change a declaration. -->

        With `[http]` in the settings the daemon answers `GET /metrics` in the text format of
        Prometheus (version 0.0.4). It asks for a token, as [the dashboard](dashboard.md) does: make one
        with `postchute token add prometheus --role viewer` and let Prometheus read it from a file:

        ```yaml
        scrape_configs:
          - job_name: postchute
            authorization:
              credentials_file: /etc/prometheus/postchute-token
            static_configs:
              - targets: ["127.0.0.1:8025"]
        ```

        Numbers are at most two seconds old. A metric for which there is nothing to say is absent.
        Counters begin at zero when the daemon starts. Flags are 1 for yes and 0 for no.

        """
}
