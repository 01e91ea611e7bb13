import Settings
import Spool
import TestSupport
import Testing

@testable import Operations

@Suite("Pause and resume")
struct PauseSwitchTests {
    @Test func `a pickup is paused by a file the daemon sees`() throws {
        let relay = try TestRelay()
        let desk = PauseSwitch(relay.folders)
        #expect(
            desk.pause(.pickup("erp"))
                == CommandResult(["Pickup erp is paused: files are still claimed, nothing is sent."]
                )
        )
        #expect(relay.spool.isPaused)
        #expect(
            desk.pause(.pickup("erp")) == CommandResult(["Pickup erp is paused already."])
        )
        #expect(desk.resume(.pickup("erp")) == CommandResult(["Pickup erp goes on."]))
        #expect(!relay.spool.isPaused)
        #expect(desk.resume(.pickup("erp")) == CommandResult(["Pickup erp was not paused."]))
    }

    @Test func `all pickups are paused one after another, and go on so`() throws {
        let relay = try TestRelay()
        let desk = PauseSwitch(relay.folders)
        #expect(
            desk.pause(.everyPickup).output
                == relay.settings.pickups.map {
                    "Pickup \($0.name) is paused: files are still claimed, nothing is sent."
                }
        )
        #expect(relay.spool.isPaused)
        #expect(
            desk.resume(.everyPickup).output
                == relay.settings.pickups.map { "Pickup \($0.name) goes on." }
        )
        #expect(!relay.spool.isPaused)
    }

    @Test func `a route is paused by a file in the state directory`() throws {
        let relay = try TestRelay()
        let desk = PauseSwitch(relay.folders)
        #expect(
            desk.pause(.route("m365"))
                == CommandResult(["Route m365 is paused: nothing more is sent by it."])
        )
        #expect(PauseFile(route: "m365", in: relay.settings.state).exists())
        #expect(desk.pause(.route("m365")) == CommandResult(["Route m365 is paused already."]))
        #expect(desk.resume(.route("m365")) == CommandResult(["Route m365 goes on."]))
        #expect(!PauseFile(route: "m365", in: relay.settings.state).exists())
    }

    @Test func `resuming a route leaves a request that is taken once`() throws {
        let relay = try TestRelay()
        let request = ResumeRequest(route: "m365", in: relay.settings.state)
        #expect(!request.take())
        #expect(
            PauseSwitch(relay.folders).resume(.route("m365"))
                == CommandResult([
                    "Route m365 was not paused; if it is suspended, it is tried again at once."
                ])
        )
        #expect(relay.scratch.names("state") == ["RESUME.m365"])
        #expect(request.take())
        #expect(!request.take())
    }

    @Test func `pausing again before the daemon looked takes nothing back`() throws {
        let relay = try TestRelay()
        let desk = PauseSwitch(relay.folders)
        _ = desk.resume(.route("m365"))
        _ = desk.pause(.route("m365"))
        #expect(PauseFile(route: "m365", in: relay.settings.state).exists())
    }

    @Test func `without a daemon it works and says so`() throws {
        let relay = try TestRelay()
        relay.stopDaemon()
        let desk = PauseSwitch(relay.folders)
        #expect(desk.pause(.pickup("erp")).complaints.isEmpty)
        let result = desk.resume(.pickup("erp"))
        #expect(result.output == ["Pickup erp goes on."])
        #expect(result.complaints == ["Postchute is not running: the queue waits until it is."])
        #expect(result.status == .done)
    }

    @Test func `unknown names are refused with those there are`() throws {
        let relay = try TestRelay()
        let desk = PauseSwitch(relay.folders)
        #expect(
            desk.pause(.pickup("m365"))
                == CommandResult(
                    complaints: ["There is no pickup \"m365\"; the settings have: erp."],
                    status: .usage
                )
        )
        #expect(
            desk.resume(.route("erp"))
                == CommandResult(
                    complaints: ["There is no route \"erp\"; the settings have: m365."],
                    status: .usage
                )
        )
    }

    @Test func `what cannot be done names the folder`() throws {
        let relay = try TestRelay()
        let gone = relay.scratch.path("gone")
        relay.settings.state = StateSettings(directory: gone)
        #expect(
            PauseSwitch(relay.folders).pause(.route("m365"))
                == CommandResult(
                    complaints: ["Cannot pause route m365 in \(gone): No such file or directory."],
                    status: .unavailable
                )
        )
        relay.settings.pickups[0].spool = gone
        #expect(
            PauseSwitch(relay.folders).pause(.pickup("erp"))
                == CommandResult(
                    complaints: [
                        "pickup erp: Cannot open folder \(gone): No such file or directory."
                    ],
                    status: .unavailable
                )
        )
    }
}
