/// The keys of `[pickup.NAME]`.
enum PickupKey: String, SettingKey {
    case path, route, spool, kind, from, to, cc, subject, body, types, bundle, timezone
    case ready, settle, quiet, patience, truncated, recursive, writers, operators
    case whenUncertain = "when_uncertain"
    case giveUpAfter = "give_up_after"
    case envelope, resent
    case defaultFrom = "default_from"
    case defaultTo = "default_to"
    case defaultDomain = "default_domain"
    case alwaysBcc = "always_bcc"
    case redirectTo = "redirect_to"
    case allowFrom = "allow_from"
    case allowTo = "allow_to"
    case noRepair = "no_repair"
    case charset
    case dotStuffed = "dot_stuffed"
    case maxSize = "max_size"
    case feedback
    case maxPerHour = "max_per_hour"
    case maxRecipientsPerDay = "max_recipients_per_day"
    case priority
    case uncertainRoute = "uncertain_route"
    case bounceFrom = "bounce_from"

    static let table = SettingTable.pickup

    var declaration: SettingDeclaration {
        switch self {
        case .path: PickupDeclarations.path
        case .route: PickupDeclarations.route
        case .spool: PickupDeclarations.spool
        case .kind: PickupDeclarations.kind
        case .from: PickupMessageDeclarations.from
        case .to: DocumentDeclarations.to
        case .cc: DocumentDeclarations.cc
        case .subject: DocumentDeclarations.subject
        case .body: DocumentDeclarations.body
        case .types: DocumentDeclarations.types
        case .bundle: DocumentDeclarations.bundle
        case .timezone: DocumentDeclarations.timezone
        case .recursive: PickupDeclarations.recursive
        case .ready: PickupDeclarations.ready
        case .settle: PickupDeclarations.settle
        case .quiet: PickupDeclarations.quiet
        case .patience: PickupDeclarations.patience
        case .truncated: PickupDeclarations.truncated
        case .writers: PickupDeclarations.writers
        case .operators: PickupDeclarations.operators
        case .whenUncertain: PickupDeclarations.whenUncertain
        case .giveUpAfter: PickupDeclarations.giveUpAfter
        case .envelope: PickupMessageDeclarations.envelope
        case .resent: PickupMessageDeclarations.resent
        case .defaultFrom: PickupMessageDeclarations.defaultFrom
        case .defaultTo: PickupMessageDeclarations.defaultTo
        case .defaultDomain: PickupMessageDeclarations.defaultDomain
        case .alwaysBcc: PickupMessageDeclarations.alwaysBcc
        case .redirectTo: PickupMessageDeclarations.redirectTo
        case .allowFrom: PickupMessageDeclarations.allowFrom
        case .allowTo: PickupMessageDeclarations.allowTo
        case .noRepair: PickupMessageDeclarations.noRepair
        case .charset: PickupMessageDeclarations.charset
        case .dotStuffed: PickupMessageDeclarations.dotStuffed
        case .maxSize: PickupMessageDeclarations.maxSize
        case .feedback: PickupDeclarations.feedback
        case .maxPerHour: PickupDeclarations.maxPerHour
        case .maxRecipientsPerDay: PickupDeclarations.maxRecipientsPerDay
        case .priority: PickupDeclarations.priority
        case .uncertainRoute: PickupDeclarations.uncertainRoute
        case .bounceFrom: PickupDeclarations.bounceFrom
        }
    }
}

/// What the files of a drop folder are.
enum PickupKind: String, CaseIterable {
    /// Complete messages, `*.eml`.
    case messages
    /// Files of other kinds; a message is made of each, or of several.
    case documents
}
