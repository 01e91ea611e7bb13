import Glibc
import TestSupport
import Testing

/// Whether a test may have a network of its own, with a name server in it.
private let hasOwnNetwork =
    geteuid() == 0 && access("/usr/sbin/dnsmasq", X_OK) == 0
    && access("/usr/bin/unshare", X_OK) == 0 && access("/usr/sbin/ip", X_OK) == 0

/// `verify` of a route by MX record, in a network of its own: the system's resolver, port 25 and all.
@Suite("verify by MX", .serialized, .enabled(if: hasOwnNetwork))
struct VerifyRoutesTests {
    /// A name server, a sandbox on port 25 and one command after another, without any other network.
    private enum Network {
        private static let records = """
            no-resolv
            no-hosts
            local=/test/
            local=/example/
            mx-host=contoso.test,sandbox01.postchute.example,10
            mx-host=nomail.test,.,0
            host-record=sandbox01.postchute.example,127.0.0.1
            host-record=address.test,127.0.0.1
            user=
            pid-file=
            """

        private static let script = """
            set -eu
            root=$1 postchute=$2
            ip link set lo up
            mount --bind "$root/resolv.conf" /etc/resolv.conf
            dnsmasq --keep-in-foreground --conf-file="$root/dnsmasq.conf" &
            names=$!
            "$postchute" sandbox --open --port 25 --folder "$root/sandbox" >"$root/sandbox.log" 2>&1 &
            sandbox=$!
            until grep -q 'keeps mail in' "$root/sandbox.log" && getent hosts address.test >/dev/null
            do sleep 0.05; done
            for route in direct nomail address unknown; do
                status=0
                "$postchute" verify "$route" --config "$root/postchute.toml" \\
                    --from alarms@contoso.test || status=$?
                echo "exit $status"
            done
            kill "$names" "$sandbox"
            """

        static func run(in folder: ScratchFolder) async throws -> String {
            try folder.write("nameserver 127.0.0.1\n", to: "resolv.conf")
            try folder.write(records, to: "dnsmasq.conf")
            try folder.makeFolder("drop", mode: 0o700)
            let routes =
                [("direct", "contoso.test")]
                + ["nomail", "address", "unknown"].map {
                    ($0, "\($0).test")
                }
            let tables = routes.map { name, domain in
                """
                [route.\(name)]
                service = "direct-send"
                domain = "\(domain)"
                ca_file = "\(folder.path("sandbox/ca.pem"))"
                sandbox = true
                """
            }
            let pickup = """
                [pickup.alarms]
                path = "\(folder.path("drop"))"
                route = "direct"
                allow_from = ["alarms@contoso.test"]
                [state]
                directory = "\(folder.path("state"))"
                """
            let settings = ([pickup] + tables).joined(separator: "\n")
            try folder.write(settings, to: "postchute.toml")
            let file = try folder.write(script, to: "network.sh")
            let run = try await ChildProcess.run(
                ["unshare", "--net", "--mount", "sh", file, folder.path, Executables.postchute],
                limit: .seconds(90)
            )
            guard run.exit == .code(0) else { throw WaitError("\(run.output)\(run.errors)") }
            return run.output
        }
    }

    @Test func `the MX is looked up, and lends the certificate its name`() async throws {
        try await withScratchFolder("verify-mx") { folder in
            let output = try await Network.run(in: folder)
            let server = "sandbox01.postchute.example"
            let expected = [
                "  ok       DNS           The mail exchangers of contoso.test are, in this order,"
                    + " \(server); \(server) has 1 address: 127.0.0.1.",
                "  ok       TCP           Connected to \(server) [127.0.0.1]:25 in ",
                "  ok       TLS           TLSv1.3 TLS_AES_256_GCM_SHA384; the certificate for"
                    + " \(server), localhost, 127.0.0.1, ::1 vouches for itself and is valid for ",
                "  skipped  AUTH          This route signs in nobody.",
                "  ok       MAIL FROM     The server takes mail from alarms@contoso.test (250 2.1.0"
                    + " Sender OK); it was taken back, nothing was sent.",
                "exit 0\n",
                "  FAILED   DNS           No connection could be made: nomail.test: the domain"
                    + " declares that it takes no mail (null MX).",
                "  skipped  TCP           Not tried, since DNS failed.",
                "  FAILED   DNS           No connection could be made: address.test: the domain has"
                    + " no MX record, and its own address is not used in place of one.",
                "  FAILED   DNS           No connection could be made: unknown.test: the domain does"
                    + " not exist (NXDOMAIN).",
                "Missing: DNS.\nexit 69\n",
            ]
            for line in expected { #expect(output.contains(line), "\(line)\nin\n\(output)") }
        }
    }
}
