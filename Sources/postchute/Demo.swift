internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Operations
internal import Pickup
internal import Sandbox
internal import Subprocess
internal import SystemPackage

/// `postchute demo`: the whole way of a message, on this machine and nowhere else.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the whole way of a message with a sandbox server and example messages."
    )

    @Option(help: "The folder of messages to drop.")
    var messages = "examples/messages"

    @Flag(help: "Leave the folders where they are, to look at.")
    var keep = false

    func run() async throws {
        let stage = try DemoStage(messages: messages)
        Console.print(stage.introduction)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = SandboxServer(options: stage.sandboxOptions, group: group)
        try await server.start()
        try stage.writeSettings(port: server.port)
        let isComplete = try await play(on: stage)
        await server.stop()
        try await group.shutdownGracefully()
        Console.print(stage.report())
        if !keep { stage.remove() } else { Console.print("The folders are in \(stage.root).") }
        if !isComplete { throw ExitStatus.tryLater.error }
    }

    /// Runs the daemon, drops the messages and waits until each has found its place.
    private func play(on stage: DemoStage) async throws -> Bool {
        guard let executable = WatchHelper.ownExecutable() else {
            throw ExitStatus.unavailable.error
        }
        let log = try FileDescriptor.open(
            FilePath(stage.log),
            .writeOnly,
            options: [.create, .append],
            permissions: .ownerReadWrite
        )
        let result = try await Subprocess.run(
            .path(FilePath(executable)),
            arguments: ["run", "--config", stage.settings],
            input: .none,
            output: .discarded,
            error: .fileDescriptor(log, closeAfterSpawningProcess: true)
        ) { execution in
            try stage.dropMessages()
            let isComplete = await stage.settled(limit: .seconds(60))
            try execution.send(signal: .terminate)
            return isComplete
        }
        return result.closureResult && result.terminationStatus.isSuccess
    }
}
