/// The envelope lines above all other fields.
extension Header {
    /// The leading fields that Exchange's Replay folder reads, when an X-Receiver is among them;
    /// otherwise empty.
    ///
    /// X-Sender alone does not count: mail programs write a field of that name for people. Further
    /// down the fields are left over from a way the message has already gone.
    var replayBlock: Range<Int> {
        let end = fields.firstIndex { !Self.replayKeys.contains($0.key) } ?? fields.count
        return fields[..<end].contains { $0.key == "x-receiver" } ? 0..<end : 0..<0
    }

    private static let replayKeys: Set = [
        "x-sender", "x-receiver", "x-createdby", "x-endofinjectedxheaders",
        "x-extendedmessageprops", "x-extendedprops", "x-helodomain", "x-source",
        "x-sourceipaddress",
    ]
}
