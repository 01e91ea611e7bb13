internal import CFuzzer
internal import Glibc

/// Runs one target: the first argument names it, the others are libFuzzer's.
@main
struct Fuzz {
    private static let targets: [String: fuzzer_callback] = [
        "header": { HeaderTarget.run(octets($0, $1)) },
        "address": { AddressTarget.run(octets($0, $1)) },
        "mime": { MIMETarget.run(octets($0, $1)) },
        "reply": { ReplyTarget.run(octets($0, $1)) },
        "settings": { SettingsTarget.run(octets($0, $1)) },
    ]

    static func main() {
        var arguments = CommandLine.arguments
        guard arguments.count > 1, let target = targets[arguments.remove(at: 1)] else {
            print("Usage: Fuzz \(targets.keys.sorted().joined(separator: "|")) …")
            exit(64)
        }
        // libFuzzer keeps the arguments until the process ends.
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var count = Int32(arguments.count)
        exit(
            pointers.withUnsafeMutableBufferPointer { buffer in
                var start = buffer.baseAddress
                return LLVMFuzzerRunDriver(&count, &start, target)
            }
        )
    }

    // No copy: AddressSanitizer sees a read beyond the end only in libFuzzer's own buffer.
    private static func octets(
        _ start: UnsafePointer<UInt8>?,
        _ count: Int
    )
        -> UnsafeRawBufferPointer
    {
        UnsafeRawBufferPointer(start: start, count: count)
    }
}

/// Ends the run as a finding unless a property holds.
func demand(_ holds: Bool, _ property: @autoclosure () -> String) {
    guard holds else { fatalError("does not hold: \(property())") }
}
