extension FaultCatalogue {
    /// Too much at once, or in a day: the texts of the reply catalogue's section of that name.
    static let throttling: [Entry] = [
        Entry(
            421,
            "4.4.2",
            "Message submission rate for this client has exceeded the configured limit"
        ),
        Entry(
            432,
            "4.3.2",
            "STOREDRV.Deliver; recipient thread limit exceeded",
            variant: "recipient"
        ),
        Entry(
            432,
            "4.3.2",
            "STOREDRV.ClientSubmit; sender thread limit exceeded",
            variant: "sender"
        ),
        Entry(
            432,
            "4.3.2",
            "Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending"
                + " for more information."
        ),
        Entry(
            451,
            "4.7.652",
            "The mail server [127.0.0.1] has exceeded the maximum number of connections. (S3115)"
        ),
        Entry(
            451,
            "4.7.650",
            "The mail server [127.0.0.1] has been temporarily rate limited due to IP"
                + " reputation. For e-mail delivery information, see https://postmaster.live.com"
                + " (S775)"
        ),
        Entry(
            451,
            "4.7.651",
            "The mail server [127.0.0.1] has been temporarily rate limited due to IP"
                + " reputation. (S3150)",
            row: "451-4.7.650"
        ),
        Entry(
            451,
            "4.7.500",
            "Server busy. Please try again later from [127.0.0.1]. (AS761)"
        ),
        Entry(
            451,
            "4.7.500",
            "Access denied, please try again later (AS90004)",
            variant: "denied",
            row: "451-4.7.500"
        ),
        Entry(
            451,
            "4.7.850",
            "Access denied, please try again later"
        ),
        Entry(
            550,
            "5.7.508",
            "Access denied, [2001:db8::1] has exceeded permitted limits within 2001:db8::/64 range"
        ),
        Entry(
            554,
            "5.2.0",
            "STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to"
                + " process message due to a permanent exception with message Cannot submit"
                + " message.",
            variant: "quota"
        ),
        Entry(
            550,
            "5.2.2",
            "Submission quota exceeded",
            row: "554-5.2.0-quota"
        ),
        Entry(
            550,
            "5.1.90",
            "Your message can't be sent because you've reached your daily limit for message"
                + " recipients"
        ),
        Entry(
            550,
            "5.7.233",
            "Your message can't be sent because your tenant has exceeded its daily limit"
                + " for sending email to external recipients (tenant external recipient rate"
                + " limit)"
        ),
        Entry(
            550,
            "5.7.232",
            "Your message can't be sent because your trial tenant has exceeded its daily"
                + " limit for sending email to external recipients (tenant external recipient"
                + " rate limit)",
            row: "550-5.7.233"
        ),
        Entry(
            550,
            "5.7.236",
            "Message can't be sent because the onmicrosoft.com domain has exceeded its"
                + " limit for external recipients"
        ),
    ]
}
