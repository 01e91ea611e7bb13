import Glibc
import TestSupport
import Testing

/// Messages that real programs signed, on their way through the relay.
@Suite("Signatures", .serialized)
struct SignatureTests {
    /// What is signed, and by what.
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case dkimSimple = "dkim-simple"
        case dkimRelaxed = "dkim-relaxed"
        /// Raw UTF-8 in a signed Subject, and fields signed that are not there.
        case dkimOversigned = "dkim-oversigned"
        case smime, pgp
        /// A text that PGP signed in the clear, outside ASCII.
        case pgpClear = "pgp-clear"

        var testDescription: String { rawValue }
    }

    @Test(arguments: Kind.allCases)
    func `that verify before verify after`(kind: Kind) async throws {
        try await withRelay("signature") { relay in
            let tool = try SignatureTool(relay.scratch)
            try await tool.run("sign", kind.rawValue)
            let signed = try readFile(relay.scratch.path("message.eml"))
            try await tool.run("verify", kind.rawValue, "message.eml")
            let top =
                "X-Sender: <s@example.com>\r\nX-Receiver: <r@example.org>\r\nBcc: h@example.org\r\n"
            try relay.drop(Array("x.eml".utf8), Array(top.utf8) + signed)
            try await relay.waitFor(.sent, "x.eml")
            let received = try relay.receivedOnce("signed")
            try writeFile(received.octets, to: relay.scratch.path("received.eml"))
            try await tool.run("verify", kind.rawValue, "received.eml")
            #expect(received.recipients == ["r@example.org"])
        }
    }

    @Test(arguments: [Kind.dkimSimple, .smime, .pgp])
    func `that verify before are refused rather than broken`(kind: Kind) async throws {
        try await withRelay("signature-long") { relay in
            let tool = try SignatureTool(relay.scratch)
            try await tool.run("sign", kind.rawValue, "long")
            try await tool.run("verify", kind.rawValue, "message.eml")
            try relay.drop(
                Array("x.eml".utf8),
                try readFile(relay.scratch.path("message.eml"))
            )
            try await relay.waitFor(.failed, "x.eml")
            #expect(
                try relay.reason("x.eml").contains("a signature or encryption forbids any change")
            )
            #expect(try relay.received().isEmpty)
        }
    }

    @Test(arguments: Kind.allCases)
    func `the verifier notices a change`(kind: Kind) async throws {
        try await withScratchFolder("signature-changed") { scratch in
            let tool = try SignatureTool(scratch)
            try await tool.run("sign", kind.rawValue)
            let text = String(decoding: try readFile(scratch.path("message.eml")), as: UTF8.self)
            let changed = text.replacing("Dear customer", with: "Dear customers")
            try #require(changed != text)
            try scratch.write(changed, to: "changed.eml")
            await #expect(throws: WaitError.self) {
                try await tool.run("verify", kind.rawValue, "changed.eml")
            }
        }
    }
}

/// Signs and verifies with python3-dkim, OpenSSL and GnuPG.
private struct SignatureTool {
    let scratch: ScratchFolder

    init(_ scratch: ScratchFolder) throws {
        self.scratch = scratch
        try scratch.write(Self.program, to: "signatures.py")
    }

    /// Runs a step of the program; throws with what it said unless it succeeded.
    func run(_ arguments: String...) async throws {
        let folder = scratch.path
        let run = try await ChildProcess.run(
            ["/usr/bin/python3", "signatures.py"] + arguments,
            folder: folder,
            limit: .seconds(60)
        )
        guard run.exit == .code(0) else { throw WaitError(run.output + run.errors) }
    }

    private static let program = #"""
        import os, subprocess, sys
        import dkim

        def tool(*words, data=None):
            done = subprocess.run(words, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if done.returncode: sys.exit(f"{words}: {done.stderr.decode(errors='replace')}")
            return done.stdout

        def gpg(*words, data=None):
            os.makedirs("gnupg", mode=0o700, exist_ok=True)
            return tool("gpg", "--homedir", "gnupg", "--batch", "--yes", "--pinentry-mode", "loopback",
                        "--passphrase", "", "--trust-model", "always", *words, data=data)

        def key():
            if not os.path.exists("key.pem"):
                tool("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem",
                     "-out", "cert.pem", "-days", "2", "-subj", "/CN=s@example.com",
                     "-addext", "subjectAltName=email:s@example.com")
                tool("openssl", "rsa", "-in", "key.pem", "-traditional", "-out", "dkim.pem")
            return open("dkim.pem", "rb").read()

        HEAD = (b"From: S <s@example.com>\r\nTo: t@example.org\r\nSubject: Invoice\r\n"
                b"Date: Mon, 23 Nov 2026 10:15:30 +0000\r\nMessage-ID: <signed@example.com>\r\n")
        BODY = b"Dear customer,\r\n\r\n.\r\n..dots  \r\nFrom here on\t\r\n\r\nbye\r\n\r\n"
        PART = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"

        def multipart(kind, protocol, part, signature, micalg):
            return (HEAD + b"MIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=" + micalg
                    + b";\r\n\tprotocol=\"" + protocol + b"\"; boundary=\"sig\"\r\n\r\n--sig\r\n" + part
                    + b"\r\n--sig\r\n" + signature + b"\r\n--sig--\r\n")

        def sign(kind, body):
            if kind.startswith("dkim"):
                canon = b"relaxed" if kind == "dkim-relaxed" else b"simple"
                head, names = HEAD, [b"from", b"to", b"subject", b"date", b"message-id"]
                if kind == "dkim-oversigned":
                    head = HEAD.replace(b"Invoice", "Rechnung für Müller".encode())
                    names += [b"mime-version", b"content-type", b"reply-to", b"subject"]
                    body = body + "Grüße\r\n".encode()
                message = head + b"\r\n" + body
                return dkim.sign(message, b"sel", b"example.com", key(), canonicalize=(canon, canon),
                                 include_headers=names) + message
            if kind == "smime":
                key()
                part = PART + body + "Grüße\r\n".encode()
                signature = tool("openssl", "cms", "-sign", "-binary", "-signer", "cert.pem", "-inkey",
                                 "key.pem", "-outform", "DER", data=part)
                import base64
                lines = base64.encodebytes(signature).replace(b"\n", b"\r\n")
                return multipart(kind, b"application/pkcs7-signature", part,
                    b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
                    b"Content-Transfer-Encoding: base64\r\n\r\n" + lines, b"sha-256")
            gpg("--quick-gen-key", "s@example.com", "rsa2048", "sign", "1d")
            if kind == "pgp":
                part = PART + body + "Grüße\r\n".encode()
                signature = gpg("--armor", "--detach-sign", data=part).replace(b"\n", b"\r\n")
                return multipart(kind, b"application/pgp-signature", part,
                    b"Content-Type: application/pgp-signature\r\n\r\n" + signature, b"pgp-sha512")
            clear = gpg("--clear-sign", data=body.replace(b"\r\n", b"\n") + "Grüße\n".encode())
            return HEAD + PART.join([b"MIME-Version: 1.0\r\n", b""]) + clear.replace(b"\n", b"\r\n")

        def verify(kind, message):
            if kind.startswith("dkim"):
                public = tool("openssl", "rsa", "-in", "key.pem", "-pubout", "-outform", "DER")
                import base64
                record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
                ok = dkim.verify(message, dnsfunc=lambda name, timeout=5: record)
                return ok or sys.exit("the DKIM signature does not verify")
            if kind == "pgp-clear":
                start = message.index(b"-----BEGIN PGP SIGNED")
                return gpg("--verify", data=message[start:].replace(b"\r\n", b"\n"))
            part = message.split(b"\r\n--sig\r\n")[1]
            signature = message.split(b"\r\n--sig\r\n")[2].split(b"\r\n--sig--")[0]
            content = signature.split(b"\r\n\r\n", 1)[1]
            open("part", "wb").write(part)
            if kind == "pgp":
                open("signature", "wb").write(content)
                return gpg("--verify", "signature", "part")
            import base64
            open("signature", "wb").write(base64.b64decode(content))
            tool("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature", "-content",
                 "part", "-CAfile", "cert.pem", "-purpose", "any", "-out", "verified")

        if sys.argv[1] == "sign":
            long = b"word " * 300 + b"\r\n" if sys.argv[3:] == ["long"] else b""
            open("message.eml", "wb").write(sign(sys.argv[2], BODY + long))
        else:
            verify(sys.argv[2], open(sys.argv[3], "rb").read())
        """#
}
