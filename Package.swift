// swift-tools-version:6.2
import PackageDescription

// One list for every Swift target, so that no script needs compiler flags of its own: changed
// flags rebuild every dependency.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// What is installed: symbols that nobody looks up by name would be 5 MB, and relocations one by one
// 4 MB. The packed ones need lld, which every Swift brings along, and glibc 2.36, as Debian 12 has.
let releaseLink = [
    "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
    "-Xlinker", "--no-export-dynamic", "-Xlinker", "--exclude-libs", "-Xlinker", "ALL",
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heaps = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
    _ name: String,
    _ dependencies: [Target.Dependency],
    exclude: [String] = []
) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        exclude: exclude,
        swiftSettings: settings
    )
}

let package = Package(
    name: "postchute",
    products: [
        .executable(name: "postchute", targets: ["postchute"]),
        .executable(name: "postchute-watch", targets: ["postchute-watch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        // C below Swift.
        .target(name: "CLinux", linkerSettings: [.linkedLibrary("resolv")]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "COpenSSLShims", dependencies: ["COpenSSL"]),
        .target(name: "CToml"),

        // Pure: no sockets, files, clocks or environment.
        library("SafeText"),
        library("Submission"),
        library("MailMessage", ["Submission"]),
        library("Documents", ["MailMessage", "Submission"]),
        library("SMTPProtocol", ["Submission"]),

        // Engines.
        library("EventLog", ["CLinux", "SafeText"]),
        library("TLSEngine", ["COpenSSL", "COpenSSLShims", nioCore]),
        library("WebServer", ["TLSEngine", hummingbirdCore, lifecycle, logging, nioCore]),
        library("WebClient", ["SafeText", httpClient, nioCore, nioHTTP1, nioPosix, nioSSL]),
        library(
            "AccessTokens",
            ["COpenSSL", "SafeText", "Submission", "TLSEngine", "WebClient", nioCore, nioPosix]
        ),
        library(
            "GraphSubmission",
            ["MailMessage", "SafeText", "Submission", "WebClient", nioCore]
        ),
        library(
            "SMTPSubmission",
            ["CLinux", "SMTPProtocol", "Submission", "TLSEngine", nioCore, nioPosix]
        ),
        library(
            "Settings",
            ["CToml", "Documents", "MailMessage", "SafeText", "Submission"]
        ),

        // The spool and what moves through it.
        library("Spool", ["CLinux", "COpenSSL"]),
        library(
            "Pickup",
            ["CLinux", "Documents", "MailMessage", "SafeText", "Spool", subprocess, system]
        ),
        library(
            "Delivery",
            [
                "Documents", "EventLog", "MailMessage", "SafeText", "Spool", "Submission",
                deques, heaps, nioCore,
            ]
        ),

        // Services and executables.
        library("Ledger", ["CLinux", "Delivery", "SafeText", "Spool", "Submission", grdb]),
        library(
            "Alerts",
            [
                "CLinux", "COpenSSL", "Delivery", "EventLog", "MailMessage", "SafeText", "Settings",
                "Spool", "Submission", "WebClient", nioCore, subprocess, system,
            ]
        ),
        library(
            "Operations",
            [
                "AccessTokens", "CLinux", "COpenSSL", "Delivery", "Documents", "Ledger",
                "MailMessage", "SafeText", "Settings", "Spool", "Submission", "TLSEngine",
            ]
        ),
        library(
            "Dashboard",
            [
                "CLinux", "COpenSSL", "Delivery", "Ledger", "Operations", "SafeText", "Settings",
                "Spool", "TLSEngine", "WebServer", hummingbird, hummingbirdCore, logging, mustache,
                nioCore, nioPosix,
            ]
        ),
        library(
            "Sandbox",
            [
                "COpenSSL", "SafeText", "Settings", "TLSEngine", "WebServer",
                deques, hummingbirdCore, logging, nioCore, nioPosix,
            ]
        ),
        .executableTarget(
            name: "postchute",
            dependencies: [
                "AccessTokens", "Alerts", "CLinux", "Dashboard", "Delivery", "Documents",
                "EventLog", "GraphSubmission", "Ledger", "MailMessage", "Operations", "Pickup",
                "SMTPSubmission", "SafeText", "Sandbox", "Settings", "Spool", "Submission",
                "TLSEngine", "WebClient",
                argumentParser, lifecycle, logging, nioCore, nioPosix, signals, subprocess, system,
            ],
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags(releaseLink, .when(configuration: .release))]
        ),
        .executableTarget(
            name: "postchute-watch",
            exclude: ["LICENSE"],
            linkerSettings: [.linkedLibrary("inotifytools")]
        ),

        // Tests.
        library("TestSupport", ["Submission"]),
        tests("SafeTextTests", ["SafeText"]),
        tests("SubmissionTests", ["Submission", "TestSupport"]),
        tests("MailMessageTests", ["MailMessage", "Submission", "TestSupport"]),
        tests("DocumentsTests", ["Documents", "MailMessage", "Submission", "TestSupport"]),
        tests(
            "SMTPProtocolTests",
            ["SMTPProtocol", "Submission", "TestSupport"],
            exclude: ["Dialogues"]
        ),
        tests("EventLogTests", ["EventLog", "SafeText", "TestSupport"]),
        tests("TestSupportTests", ["TestSupport"]),
        tests("TLSEngineTests", ["TLSEngine", "TestSupport", nioCore]),
        tests("WebClientTests", ["WebClient", "TestSupport", nioCore, nioPosix]),
        tests(
            "AccessTokensTests",
            [
                "AccessTokens", "Sandbox", "Submission", "TLSEngine", "TestSupport", "WebClient",
                nioCore, nioEmbedded, nioPosix,
            ]
        ),
        tests(
            "GraphSubmissionTests",
            [
                "GraphSubmission", "MailMessage", "Sandbox", "Submission", "TestSupport",
                "WebClient", nioCore, nioPosix,
            ]
        ),
        tests(
            "SMTPSubmissionTests",
            [
                "SMTPSubmission", "SMTPProtocol", "Sandbox", "Submission", "TLSEngine",
                "TestSupport", nioCore, nioPosix, nioEmbedded,
            ]
        ),
        tests(
            "SettingsTests",
            [
                "AccessTokens", "Documents", "MailMessage", "Settings", "Submission",
                "TestSupport",
            ],
            exclude: ["BadSettings"]
        ),
        tests("SpoolTests", ["Spool", "CLinux", "TestSupport"]),
        tests(
            "PickupTests",
            ["Pickup", "Documents", "MailMessage", "Spool", "TestSupport", "postchute-watch"]
        ),
        tests(
            "DeliveryTests",
            [
                "Delivery", "Documents", "EventLog", "MailMessage", "Spool", "Submission",
                "TestSupport", nioCore, nioPosix,
            ],
            exclude: ["Texts"]
        ),
        tests(
            "LedgerTests",
            ["Ledger", "Delivery", "SafeText", "Spool", "Submission", "TestSupport", grdb]
        ),
        tests(
            "AlertsTests",
            [
                "Alerts", "Delivery", "EventLog", "MailMessage", "SafeText", "Settings", "Spool",
                "Submission", "TestSupport", "WebClient", nioCore, nioPosix,
            ]
        ),
        tests(
            "OperationsTests",
            [
                "Operations", "AccessTokens", "CLinux", "Delivery", "EventLog", "Ledger",
                "MailMessage", "SafeText", "Settings", "Spool", "Submission", "TestSupport",
            ]
        ),
        tests(
            "DashboardTests",
            [
                "Dashboard", "Delivery", "Ledger", "Operations", "SafeText", "Settings", "Spool",
                "TLSEngine", "TestSupport", hummingbird, nioCore, nioPosix,
            ],
            exclude: ["Browser/browse.py"]
        ),
        tests(
            "SandboxTests",
            ["Sandbox", "Submission", "TLSEngine", "TestSupport", nioCore, nioPosix]
        ),
        tests(
            "EndToEndTests",
            ["TestSupport"],
            exclude: [
                "Hostile/adversary.c", "Kills/aim.c", "Neighbours/stepped-clock.c",
                "Tenant/fast-clock.c",
                "Writers/Programs", "Browser/visit.py",
            ]
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11,
    cxxLanguageStandard: .cxx17
)
