internal import Settings

/// Reads arbitrary octets as a settings file.
enum SettingsTarget {
    static func run(_ input: UnsafeRawBufferPointer) -> Int32 {
        let octets = Array(input)
        switch parsed(octets) {
        case .success(let settings):
            demandSettings(settings)
            let longer = parsed(octets + Array("\n# A remark.\n".utf8))
            demand(longer == .success(settings), "a remark changes nothing")
        case .failure(let errors): demandErrors(errors, octets)
        }
        return 0
    }

    private static func parsed(_ octets: [UInt8]) -> Result<RelaySettings, SettingsErrors> {
        Result { () throws(SettingsErrors) in
            try RelaySettings.parse(octets, file: "x.toml", credentialsDirectory: "/run/x")
        }
    }

    private static func demandSettings(_ settings: RelaySettings) {
        let routes = settings.routes.map(\.name)
        let pickups = settings.pickups.map(\.name)
        demand(!routes.isEmpty && Set(routes).count == routes.count, "routes have their names")
        demand(!pickups.isEmpty && Set(pickups).count == pickups.count, "pickups have theirs")
        for pickup in settings.pickups {
            demand(!pickup.routes.isEmpty, "a pickup has a route")
            demand(pickup.routes.allSatisfy(routes.contains), "a pickup's routes exist")
            for path in [pickup.path, pickup.spool, settings.state.directory] {
                demandPath(path)
            }
        }
        let folders = settings.pickups.map(\.path)
        demand(Set(folders).count == folders.count, "no two pickups share a folder")
    }

    private static func demandPath(_ path: String) {
        demand(path.hasPrefix("/") && path.count > 1, "a folder is absolute and not the root")
        demand(!path.utf8.contains { $0 < 0x20 }, "no control character is in a path")
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        demand(!parts.contains { ["", ".", ".."].contains($0) }, "a path is the shortest")
    }

    private static func demandErrors(_ errors: SettingsErrors, _ octets: [UInt8]) {
        demand(!errors.errors.isEmpty, "a refusal has its complaints")
        let lines = octets.count { $0 == 0x0A } + 1
        for error in errors.errors {
            demand(!error.sentence.isEmpty, "a complaint has its sentence")
            demand((1...lines).contains(error.line ?? 1), "a complaint names a line of the file")
            let text = error.description
            demand(!text.unicodeScalars.contains { $0.value < 0x20 }, "a complaint is one line")
        }
    }
}
