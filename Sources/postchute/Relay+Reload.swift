internal import Delivery
internal import EventLog
internal import Ledger
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Settings
internal import Spool
internal import Synchronization
internal import WebClient

/// Whether settings are being replaced, and whether that may still begin.
struct ReloadGate {
    var isOpen = true
    var isRunning = false
}

/// Everything new settings need, made before anything of it is put in force.
private struct Replacement: Sendable {
    /// Without what only a restart can change.
    let settings: RelaySettings
    let difference: SettingsDifference
    let services: ServiceAccess
    let marks: [String: CredentialMarks]
    let routes: [RouteChange]
    /// All pickups, in the order of the settings.
    var pickups: [RelayPickup] = []
    /// Those among them that are not watched yet, and whose place they take in the same spool.
    var started: [(pickup: RelayPickup, former: RelayPickup?)] = []
    /// Those that are taken out of service, with their spools.
    var leaving: [RelayPickup] = []
}

// A reload either succeeds as a whole or changes nothing: all that can fail is done before anything is put
// in force (ARCHITECTURE.md, "Reload").
extension Relay {
    /// How long a stop waits for a reload that is being prepared.
    private static let reloadPatience = Duration.seconds(10)

    /// Reads the settings again and puts them in force, or says what is wrong with them.
    func reload() async {
        guard reloading.withLock({ $0.begin() }) else { return }
        manager.reload()
        await replaceSettings()
        reloading.withLock { $0.isRunning = false }
        manager.ready()
    }

    /// Lets no further reload begin and waits for one that has.
    func endReloads() async {
        reloading.withLock { $0.isOpen = false }
        let end = ContinuousClock.now + Self.reloadPatience
        while reloading.withLock({ $0.isRunning }), ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func replaceSettings() async {
        // On another thread: files and folders may lie on mounts that hang.
        let prepared = try? await NIOThreadPool.singleton.runIfActive { [self] in prepare() }
        switch prepared {
        case nil: break
        case .success(let replacement)?:
            guard reloading.withLock({ $0.isOpen }) else {
                for (pickup, _) in replacement.started { pickup.close() }
                return
            }
            await putInForce(replacement)
        case .failure(let refusal)?:
            for complaint in refusal.complaints {
                log.write(
                    LogLine(.error, "reload-refused").adding("reason", complaint)
                        .adding("advice", "The settings of before stay in force.")
                )
            }
        }
    }
}

/// Why settings were not put in force.
private struct ReloadRefusal: Error {
    var complaints: [String]
}

extension Relay {
    private func prepare() -> Result<Replacement, ReloadRefusal> {
        let old = settings
        let new: RelaySettings
        do throws(SettingsErrors) {
            new = try RelaySettings.load(path: settingsPath)
        } catch {
            return .failure(ReloadRefusal(complaints: error.errors.map(\.description)))
        }
        let obstacles = SettingsDifference.obstacles(from: old, to: new)
        guard obstacles.isEmpty else { return .failure(ReloadRefusal(complaints: obstacles)) }
        do {
            return .success(try prepare(new, from: old))
        } catch let error as StartError {
            return .failure(ReloadRefusal(complaints: [error.sentence]))
        } catch let defect as ProxyDefect {
            return .failure(ReloadRefusal(complaints: ["the proxy \(defect.phrase)"]))
        } catch {
            return .failure(ReloadRefusal(complaints: ["\(error)"]))
        }
    }

    private func prepare(_ wanted: RelaySettings, from old: RelaySettings) throws -> Replacement {
        let new = wanted.keepingUntilRestart(from: old)
        let (known, marks) = (parts.withLock { $0.marks }, CredentialMarks.ofRoutes(in: new))
        let replaced = Set(marks.keys.filter { known[$0] != nil && known[$0] != marks[$0] })
        let difference = SettingsDifference(from: old, to: wanted, replaced: replaced)
        let tokens = TokenLog(log)
        let services = try ServiceAccess(new, loop: group.next(), reusing: services) {
            tokens.write($1, of: $0)
        }
        let routes: [RouteChange] = try new.routes.map { route in
            if difference.routes.keeps(route.name) { return .kept(route.name) }
            let isPaused = PauseFile(route: route.name, in: new.state).exists()
            return .started(try startRoute(route, of: new, services), isPaused: isPaused)
        }
        var replacement = Replacement(
            settings: new,
            difference: difference,
            services: services,
            marks: marks,
            routes: routes
        )
        do {
            try prepare(pickupsOf: &replacement)
        } catch {
            for (pickup, _) in replacement.started { pickup.close() }
            throw error
        }
        return replacement
    }

    private func prepare(pickupsOf replacement: inout Replacement) throws {
        let (new, current) = (replacement.settings, pickups)
        let retired = parts.withLock { $0.retired }
        let staying = new.pickups.filter { settings in
            current.contains { $0.isSameSpool(as: settings) }
        }
        replacement.leaving = current.filter { pickup in
            !staying.contains { pickup.isSameSpool(as: $0) }
        }
        for settings in new.pickups {
            let former = current.first { $0.isSameSpool(as: settings) }
            if let former, replacement.difference.pickups.keeps(settings.name) {
                replacement.pickups.append(former)
                continue
            }
            let pickup = try RelayPickup(
                settings,
                of: new,
                engine: engine,
                loop: group.next(),
                threads: threads,
                log: log,
                opensSpool: former == nil,
                leaving: replacement.leaving + retired,
                refused: Self.tellSender(of: settings, bounces, outboxes)
            )
            replacement.pickups.append(pickup)
            replacement.started.append((pickup, former))
        }
    }

    private func putInForce(_ replacement: Replacement) async {
        let (engine, old) = (engine, services)
        // Claims under way are waited for.
        try? await NIOThreadPool.singleton.runIfActive {
            for pickup in replacement.leaving { pickup.stop() }
            for (pickup, former) in replacement.started {
                if let former { pickup.takeOver(from: former) }
            }
        }
        try? await group.next().submit {
            for pickup in replacement.leaving { engine.remove(pickup: pickup.settings.name) }
            engine.replaceRoutes(replacement.routes)
        }.get()
        parts.withLock { parts in
            parts.pickups = replacement.pickups
            parts.services = replacement.services
            parts.marks = replacement.marks
            parts.retired += replacement.leaving
        }
        let levels = replacement.settings.log
        log.adjust(minimum: LogLevel(levels.level), style: LogStyle(levels.style))
        ledger?.adjust(keep: replacement.settings.ledger.keepMicroseconds)
        currentSettings.replace(with: replacement.settings)
        for (pickup, _) in replacement.started { pickup.start() }
        tell(replacement.difference)
        endWhatIsRetired(old)
        await lookAtCredentials()
    }

    private func tell(_ difference: SettingsDifference) {
        var line = LogLine(.notice, "reloaded")
        for (key, value) in difference.facts { line.add(key, value) }
        if difference.facts.isEmpty { line.add("reason", "Nothing has changed.") }
        log.write(line)
        // With every reload: the file and the daemon differ until somebody acts.
        for setting in difference.afterRestart {
            log.write(
                LogLine(.warning, "restart-needed").adding("setting", setting)
                    .adding("reason", "The change of \(setting) takes effect after a restart.")
                    .adding("advice", "Restart Postchute; until then it is as it was.")
            )
        }
    }

    /// Closes spools and ends identities once nothing of before is under way any more.
    private func endWhatIsRetired(_ old: ServiceAccess) {
        let (engine, pool) = (engine, NIOThreadPool.singleton)
        group.next().execute { [self] in
            engine.whenRetired { [self] in
                let (retired, services) = parts.withLock { parts in
                    defer { parts.retired = [] }
                    return (parts.retired, parts.services)
                }
                old.stopIdentities(notOf: services)
                pool.submit { _ in for pickup in retired { pickup.close() } }
            }
        }
    }
}

extension ReloadGate {
    /// Begins a reload unless the daemon stops.
    fileprivate mutating func begin() -> Bool {
        guard isOpen, !isRunning else { return false }
        isRunning = true
        return true
    }
}

extension RelayPickup {
    /// Whether settings mean this pickup, in folders that are opened in the same way.
    fileprivate func isSameSpool(as other: PickupSettings) -> Bool {
        settings.name == other.name && SpoolOptions(of: settings) == SpoolOptions(of: other)
    }
}
