/// Where a spool is and whom it trusts.
package struct SpoolOptions: Hashable, Sendable {
    /// Who the writers of the drop folder are.
    package enum Writers: Hashable, Sendable {
        /// Owner, mode and sticky bit must keep writers away from the spool.
        case untrusted
        /// Modes are not looked at: network mounts make them up.
        case trusted
    }

    /// The drop folder.
    package var dropPath: String
    /// The folder that holds `queue/` and the others; the drop folder itself by default.
    package var spoolPath: String
    /// Whether modes are checked.
    package var writers: Writers
    /// The group that may read and move messages in `queue/`, `failed/` and `held/`.
    package var operatorsGroup: UInt32?

    /// Creates options.
    package init(
        dropPath: String,
        spoolPath: String? = nil,
        writers: Writers = .untrusted,
        operatorsGroup: UInt32? = nil
    ) {
        self.dropPath = dropPath
        self.spoolPath = spoolPath ?? dropPath
        self.writers = writers
        self.operatorsGroup = operatorsGroup
    }

    /// Whether the spool folders lie in the drop folder.
    var isInDrop: Bool { spoolPath == dropPath }
}
