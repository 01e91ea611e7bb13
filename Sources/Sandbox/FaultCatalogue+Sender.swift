extension FaultCatalogue {
    /// Rights of the sender: the texts of the reply catalogue's section of that name.
    static let sender: [Entry] = [
        Entry(
            550,
            "5.2.251",
            "Sender throttled due to continuous mailbox full errors"
        ),
        Entry(
            550,
            "5.2.252",
            "Sender throttled due to continuous send as denied errors"
        ),
        Entry(
            550,
            "5.2.253",
            "Sender throttled due to continuous invalid license errors"
        ),
        Entry(
            550,
            "5.2.254",
            "Sender throttled due to continuous too many recipients errors"
        ),
        Entry(
            550,
            "5.2.255",
            "Sender throttled due to continuous invalid recipients errors"
        ),
        Entry(
            554,
            "5.2.252",
            "SendAsDenied; sandbox@example.com not allowed to send as other@example.com;"
                + " STOREDRV.Submission.Exception:SendAsDeniedException"
        ),
        Entry(
            554,
            "5.2.0",
            "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied;"
                + " Failed to process message due to a permanent exception with message Cannot"
                + " submit message."
        ),
        Entry(
            550,
            "5.7.60",
            "SMTP; Client does not have permissions to send as this sender"
        ),
        Entry(
            554,
            "5.7.60",
            "SMTP; Client does not have permissions to send as this sender",
            row: "550-5.7.60"
        ),
        Entry(
            550,
            "5.2.251",
            "Sender throttled",
            variant: "other"
        ),
        Entry(
            554,
            "5.2.2",
            "mailbox full;"
                + " STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded"
        ),
    ]
}
