// swift-tools-version:6.2
import PackageDescription

// A package of its own, so that the benchmark is no part of what is installed. Its sources are links
// to the targets it measures, which import no package.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "postchute-scan",
    targets: [
        .target(name: "Submission", swiftSettings: settings),
        .target(name: "MailMessage", dependencies: ["Submission"], swiftSettings: settings),
        .executableTarget(name: "Scan", dependencies: ["MailMessage"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
