/// The version of this build.
enum Version {
    /// As `postchute --version` prints it.
    static let text = "0.1.0"
}
