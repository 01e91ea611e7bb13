extension FaultCatalogue {
    /// Trouble of the servers: the texts of the reply catalogue's section of that name.
    static let connection: [Entry] = [
        Entry(
            421,
            "4.4.1",
            "Connection timed out"
        ),
        Entry(
            421,
            "4.4.2",
            "Connection dropped due to SocketError",
            variant: "socket"
        ),
        Entry(
            421,
            "4.3.2",
            "Service not available"
        ),
        Entry(
            421,
            "4.3.2",
            "Service not active",
            variant: "active",
            row: "421-4.3.2"
        ),
        Entry(
            430,
            "4.2.0",
            "STOREDRV; mailbox logon failure;"
                + " STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed;"
                + " Failed to process message due to a transient exception with message Cannot"
                + " open mailbox."
        ),
        Entry(
            452,
            "4.3.1",
            "Insufficient system resources"
        ),
        Entry(
            451,
            "4.3.2",
            "System not accepting network messages"
        ),
        Entry(
            450,
            "4.3.111",
            "Temporary server error. Please try again later MRH1"
        ),
        Entry(
            450,
            "4.4.317",
            "Cannot connect to remote server [Message=451 5.7.3 STARTTLS is required to send mail]"
        ),
        Entry(
            450,
            "4.4.317",
            "STARTTLS is required to send mail",
            variant: "tls",
            row: "450-4.4.317"
        ),
        Entry(
            451,
            "4.4.0",
            "DNS query failed"
        ),
        Entry(
            451,
            "4.4.3",
            "Temporary server error. Please try again later ATTR18"
        ),
        Entry(
            451,
            "4.4.25",
            "Message failed to be replicated: no healthy secondary server available to"
                + " accept replica at this time"
        ),
        Entry(
            451,
            "4.4.24",
            "Message failed to be replicated: insufficient system resource to accept replica",
            row: "451-4.4.25"
        ),
        Entry(
            451,
            "4.4.28",
            "Message failed to be replicated: the operation was canceled",
            row: "451-4.4.25"
        ),
        Entry(
            451,
            "4.7.700",
            "PFA agent busy, please try again"
        ),
        Entry(
            451,
            "4.7.0",
            "Temporary server error. Please try again later. PRX4"
        ),
        Entry(
            451,
            "4.7.0",
            "Temporary server error. Please try again later. PRX2",
            variant: "prx2",
            row: "451-4.7.0"
        ),
        Entry(
            450,
            "4.4.7",
            "Message expired"
        ),
        Entry(
            550,
            "5.4.300",
            "Message expired"
        ),
    ]
}
