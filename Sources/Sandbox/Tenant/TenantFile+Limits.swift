internal import Settings

extension TenantFile {
    mutating func readLimits(_ reader: TenantTableReader<LimitKey>) {
        var limits = Rehearsal.Limits()
        set(&limits.messagesPerMinute, reader, .messagesPerMinute)
        set(&limits.sessions, reader, .sessions)
        set(&limits.recipientsPerDay, reader, .recipientsPerDay)
        set(&limits.recipientsPerMessage, reader, .recipientsPerMessage)
        set(&limits.onmicrosoftRecipients, reader, .onmicrosoftRecipientsPerDay)
        set(&limits.equalFailures, reader, .equalFailures)
        if let count = reader.read(.externalRecipientsPerDay, TenantSyntax.limit) {
            limits.externalRecipients = count.map { .limited($0) } ?? .unlimited
        }
        reader.read(.excess, TenantSyntax.choice).map { rehearsal.excess = $0 }
        reader.read(.advertisedSize, TenantSyntax.size).map { limits.advertisedOctets = $0 }
        reader.read(.maxSize, TenantSyntax.size).map { limits.messageOctets = $0 }
        reader.read(.failurePenalty, TenantSyntax.time).map { limits.failurePenalty = $0 }
        reader.read(.tokenLife, TenantSyntax.time).map { limits.tokenLife = $0 }
        reader.read(.hveTokenRest, TenantSyntax.time).map { limits.highVolumeTokenRest = $0 }
        readCommunication(&limits.communication, reader)
        readGraph(&limits.graph, reader)
        if limits.messageOctets > limits.advertisedOctets {
            reader.complain(.maxSize, "is larger than advertised_size.")
        }
        rehearsal.limits = limits
    }

    private func readCommunication(
        _ limits: inout Rehearsal.Communication,
        _ reader: TenantTableReader<LimitKey>
    ) {
        set(&limits.messagesPerMinute, reader, .acsMessagesPerMinute)
        set(&limits.messagesPerHour, reader, .acsMessagesPerHour)
        set(&limits.recipientsPerMessage, reader, .acsRecipientsPerMessage)
        reader.read(.acsMaxSize, TenantSyntax.size).map { limits.messageOctets = $0 }
    }

    private func readGraph(
        _ limits: inout Rehearsal.Graph,
        _ reader: TenantTableReader<LimitKey>
    ) {
        set(&limits.requests, reader, .graphRequests)
        set(&limits.requestsAtOnce, reader, .graphRequestsAtOnce)
        reader.read(.graphRequestSize, TenantSyntax.size).map { limits.requestOctets = $0 }
        if reader.has(.graphUploadSize) {
            limits.uploadOctets = reader.read(.graphUploadSize, TenantSyntax.size)
        }
    }

    private func set(
        _ limit: inout Int?,
        _ reader: TenantTableReader<LimitKey>,
        _ key: LimitKey
    ) {
        if let value = reader.read(key, TenantSyntax.limit) { limit = value }
    }
}
