import FoundationEssentials
import TestSupport

extension CommandRun {
    /// What `--json` printed.
    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(output.utf8))
        } catch {
            throw WaitError("\(error): \(output)\(errors)")
        }
    }
}

/// `status --json`, as far as tests look.
struct StatusOutput: Decodable {
    struct Pickup: Decodable {
        let name: String
        let state: String
        let paused: Bool
        let queue: Int?
        let failed: Int?
        let held: Int?
        let sent_today: Int?
    }

    struct Route: Decodable {
        let name: String
        let state: String
        let paused: Bool
        let sent: Int?
    }

    let status: String
    let process: Int32?
    let pickups: [Pickup]
    let routes: [Route]
    let attention: [String]
}

/// `list --json`, as far as tests look.
struct ListOutput: Decodable {
    struct Message: Decodable {
        let id: String?
        let pickup: String
        let folder: String
        let file: String
        let due_at: String?
        let happened: String?
    }

    let messages: [Message]
    let is_cut: Bool
}

/// `show --json`, as far as tests look.
struct ShowOutput: Decodable {
    struct Content: Decodable {
        let from: String?
        let subject: String?
        let message_id: String?
    }

    struct Recipient: Decodable {
        let address: String
        let outcome: String
        let reply: String
    }

    struct Delivery: Decodable {
        struct Attempt: Decodable {
            let route: String
            let outcome: String
        }

        let attempt_count: Int
        let attempts: [Attempt]
    }

    let id: String?
    let folder: String
    let path: String
    let file: String
    let content: Content?
    let recipients: [Recipient]
    let delivery: Delivery?
    let reason: [String]
}
