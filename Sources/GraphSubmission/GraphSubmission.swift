/// Placeholder until the submitter is here.
enum GraphSubmission {}
