/// What the token endpoint remembers: refresh tokens, device codes, assertions it has seen.
struct SignInBook: Sendable {
    /// What a refresh token stands for.
    struct Grant: Sendable {
        let application: String
        let mailbox: String
        let audience: String
        let permissions: [String]
        /// When the person signed in.
        let signedIn: SandboxTime
        /// When this token was issued.
        let issued: SandboxTime
    }

    /// A device that waits for a person.
    struct Device: Sendable {
        /// What the person has decided.
        enum Decision: Hashable, Sendable {
            case none
            /// Signed in as this mailbox.
            case approved(String)
            case declined
        }

        let userCode: String
        let application: String
        let organisation: String
        let scope: SignInScope
        let expires: SandboxTime
        /// Seconds a client must let pass between two questions.
        var interval: Int
        var lastAsked: SandboxTime?
        var decision = Decision.none
    }

    /// How many entries of each kind are kept.
    static let most = 100_000

    private var grants: [String: Grant] = [:]
    private(set) var devices: [String: Device] = [:]
    private var assertions: [String: Int64] = [:]
    private var requests: [String: [Int64]] = [:]
    private var validFrom: [String: SandboxTime] = [:]

    /// Keeps what a refresh token stands for.
    mutating func keep(_ grant: Grant, as token: String) {
        if grants.count >= Self.most { grants.removeAll() }
        grants[token] = grant
    }

    /// What a refresh token stands for, or the refusal of one that is no longer good.
    ///
    /// A token is good for `lifetime` seconds after its issue, and any for `maximumAge` seconds after
    /// the sign-in, `nil` being for ever.
    func grant(
        _ token: String,
        lifetime: Int64,
        maximumAge: Int64?,
        at now: SandboxTime
    ) throws(SignInRefusal) -> Grant {
        guard let grant = grants[token] else { throw .grantInvalid }
        if let from = validFrom[grant.mailbox], grant.issued.milliseconds <= from.milliseconds {
            throw .grantRevoked(issued: grant.issued.internetTime, validFrom: from.internetTime)
        }
        if let maximumAge, now.seconds - grant.signedIn.seconds > maximumAge {
            throw .grantTooOld(issued: grant.signedIn.internetTime, lifetime: Int(maximumAge))
        }
        if now.seconds - grant.issued.seconds > lifetime {
            throw .grantInactive(issued: grant.issued.internetTime)
        }
        return grant
    }

    /// Makes every refresh token of a mailbox useless, as a new password does.
    mutating func revoke(_ mailbox: String, at now: SandboxTime) {
        if validFrom.count >= Self.most { validFrom.removeAll() }
        validFrom[mailbox.lowercased()] = now
    }

    /// Notes an assertion's `jti`; `false` when it came before.
    mutating func isFirst(_ assertion: String, until: Int64, at now: Int64) -> Bool {
        if assertions.count >= Self.most { assertions = assertions.filter { $0.value >= now } }
        if assertions.count >= Self.most { assertions.removeAll() }
        return assertions.updateValue(until, forKey: assertion) == nil
    }

    /// Notes a token request; `false` when there were more than `most` in five minutes.
    mutating func isWithin(_ most: Int?, _ key: String, at now: Int64) -> Bool {
        guard let most else { return true }
        if requests.count >= Self.most { requests.removeAll() }
        var times = (requests[key] ?? []).filter { $0 > now - 300 }
        // Refused requests do not count, or a client could never come back.
        defer { requests[key] = times }
        guard times.count < most else { return false }
        times.append(now)
        return true
    }

    /// Begins a device's wait.
    mutating func keep(_ device: Device, as code: String, at now: SandboxTime) {
        if devices.count >= Self.most {
            devices = devices.filter { $0.value.expires.milliseconds > now.milliseconds }
        }
        if devices.count >= Self.most { devices.removeAll() }
        devices[code] = device
    }

    /// The device that shows a code to its user, and its own code.
    func device(showing userCode: String) -> (code: String, device: Device)? {
        let wanted = userCode.uppercased().filter { $0 != "-" && $0 != " " }
        return devices.first { $0.value.userCode == wanted }.map { ($0.key, $0.value) }
    }

    /// Records what a person decided; `false` when nobody waits for that.
    mutating func decide(
        _ decision: Device.Decision,
        _ userCode: String,
        at now: SandboxTime
    )
        -> Bool
    {
        guard let (code, device) = device(showing: userCode), device.decision == .none,
            device.expires.milliseconds > now.milliseconds
        else { return false }
        devices[code]?.decision = decision
        return true
    }

    /// Answers a device that asks whether its user has signed in.
    ///
    /// - Returns: The device and the mailbox; the code is spent then.
    /// - Throws: ``SignInRefusal``.
    mutating func poll(
        _ code: String,
        application: String,
        at now: SandboxTime
    ) throws(SignInRefusal) -> (Device, mailbox: String) {
        guard let device = devices[code], device.application == application else {
            throw .grantInvalid
        }
        guard device.expires.milliseconds > now.milliseconds else {
            devices[code] = nil
            throw .deviceExpired
        }
        switch device.decision {
        case .declined:
            devices[code] = nil
            throw .deviceDeclined
        case .approved(let mailbox):
            devices[code] = nil
            return (device, mailbox)
        case .none:
            let last = device.lastAsked
            devices[code]?.lastAsked = now
            // Half a second of grace: a client's timer may be a little early.
            if let last, now.milliseconds - last.milliseconds < Int64(device.interval) * 1000 - 500
            {
                // RFC 8628 §3.5.
                devices[code]?.interval += 5
                throw .deviceTooFast
            }
            throw .devicePending
        }
    }
}
