// swift-tools-version:6.2
import PackageDescription

// A package of its own: code that is instrumented for libFuzzer cannot be linked into the daemon.
// Its sources are links to the targets they test, which import no package.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-sanitize=fuzzer,address"]),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "postchute-fuzz",
    targets: [
        .target(
            name: "CToml",
            cxxSettings: [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]
        ),
        library("SafeText"),
        library("Submission"),
        library("MailMessage", ["Submission"]),
        library("SMTPProtocol", ["Submission"]),
        library("Documents", ["MailMessage", "Submission"]),
        library("Settings", ["CToml", "Documents", "MailMessage", "SafeText", "Submission"]),
        .systemLibrary(name: "CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["CFuzzer", "MailMessage", "SMTPProtocol", "Settings", "Submission"],
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-sanitize=address"])]
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
