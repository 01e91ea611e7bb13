/// A program that people are told by, in tests: it keeps what it is given.
enum Pager {
    /// Its channel; ``program`` is to be written to `page` in the scratch folder.
    static let table = """
        [alert.pager]
        kind = 'command'
        command = ['/bin/bash', '{root}/page', '{root}/paged']
        """

    /// Appends each notice to `paged`, in a line of its own.
    static let program = #"/bin/cat >> "$1"; echo >> "$1""#
}
