/// One run of the content that goes out.
///
/// The content of a message is a list of them: its header as a literal, then its body from the
/// file; parts that were encoded anew stand between literals and runs of the file.
package enum ContentSegment: Hashable, Sendable {
    /// These octets, with CRLF line ends, dots not stuffed.
    case literal([UInt8])
    /// Octets of a file of the message, by their place in what ``SourceDecoder`` makes of it.
    ///
    /// A message has one file, member 0; a bundle of documents has several. The upper bound
    /// `Int.max` stands for the end of the file. The ranges of one member never go back.
    case file(Range<Int>, ContentForm, member: Int = 0)
}

/// How octets of a file become lines of the content.
package enum ContentForm: Hashable, Sendable {
    /// Lines as they are; only their ends become CRLF.
    case lines
    /// Base64 of the octets as the file has them (RFC 2045 §6.8).
    case base64
    /// Quoted-printable of the text's lines (RFC 2045 §6.7).
    case quotedPrintable
    /// Base64 that is there already, in lines of 76 octets.
    case base64Again
    /// Quoted-printable that is there already, with soft line breaks where lines are too long.
    case quotedPrintableAgain
}
