import Glibc
import TestSupport

/// A file as it lies below a folder.
struct WrittenText {
    /// From the folder on.
    let path: String
    let octets: [UInt8]

    /// Every regular file below a folder; what goes meanwhile is passed over.
    static func below(_ root: String) -> [WrittenText] {
        var folders = [""]
        var files: [WrittenText] = []
        while let folder = folders.popLast() {
            for name in folderNames("\(root)/\(folder)") {
                var facts = stat()
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                guard lstat("\(root)/\(path)", &facts) == 0 else { continue }
                switch facts.st_mode & S_IFMT {
                case S_IFDIR: folders.append(path)
                case S_IFREG:
                    if let octets = try? readFile("\(root)/\(path)") {
                        files.append(WrittenText(path: path, octets: octets))
                    }
                default: break
                }
            }
        }
        return files
    }
}
