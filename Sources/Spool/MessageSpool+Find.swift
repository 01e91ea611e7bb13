extension MessageSpool {
    /// Finds a message by id wherever a person may have put it: any folder of the spool, today's
    /// and the latest days of `sent/`, or the drop folder.
    package func locate(_ id: SpoolID) throws(SpoolError) -> MessageLocation? {
        let places: [SpoolFolder] = [.sending, .failed, .held, .sent(day: folders.today), .queue]
        for place in places {
            if let name = try Self.name(with: id, in: try folders.folder(place)) {
                return MessageLocation(place: place, name: name)
            }
        }
        return try Self.name(with: id, in: folders.drop).map {
            MessageLocation(place: nil, name: $0)
        }
    }

    /// Where a message with exactly this name is; no folder is read.
    func location(
        of name: SpoolName,
        among places: [SpoolFolder] = [.queue, .sending, .failed, .held]
    ) throws(SpoolError) -> SpoolFolder? {
        for place in places where try folders.folder(place).facts(name.octets) != nil {
            return place
        }
        return nil
    }

    private static func name(with id: SpoolID, in folder: Folder) throws(SpoolError) -> FileName? {
        let prefix = id.octets + [UInt8(ascii: ".")]
        var found: FileName?
        try folder.forEachName { name, _ in
            guard name.starts(with: prefix), !isReason(name) else { return true }
            found = FileName(octets: name)
            return found == nil
        }
        return found
    }

    /// Whether a name is that of the text beside a message, in whatever folder it lies.
    package static func isReasonOfMessage(_ name: some Collection<UInt8>) -> Bool {
        isReason(name) && name.count > SpoolID.octetCount + 5
            && name.dropFirst(SpoolID.octetCount).first == UInt8(ascii: ".")
            && SpoolID(octets: name.prefix(SpoolID.octetCount)) != nil
    }

    /// Whether a name is that of a reason; no message ends so, see ``SpoolName/init(id:original:)``.
    static func isReason(_ name: some Collection<UInt8>) -> Bool {
        name.suffix(4).elementsEqual(".txt".utf8)
    }
}
