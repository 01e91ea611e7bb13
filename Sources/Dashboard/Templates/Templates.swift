internal import Mustache

/// The templates of every page, parsed once.
///
/// None holds a tag that would put a value into the page unescaped.
enum Templates {
    /// The texts by their names.
    static let texts: [String: String] = [
        "layout": LayoutTemplate.text,
        "overview": OverviewTemplate.page,
        "live": OverviewTemplate.live,
        "chart": ChartTemplate.text,
        "messages": MessagesTemplate.text,
        "message": MessageTemplate.page,
        "timeline": MessageTemplate.timeline,
        "message-content": MessageTemplate.content,
        "confirm": ConfirmTemplate.text,
        "routes": RoutesTemplate.text,
        "verification": RoutesTemplate.verification,
        "meter": RoutesTemplate.meter,
        "settings": SettingsTemplate.text,
        "sign-in": SignInTemplate.text,
        "problem": ProblemTemplate.text,
    ]

    private static let library = makeLibrary()

    private static func makeLibrary() -> MustacheLibrary {
        MustacheContentTypes.register(SafeHTML(), named: SafeHTML.name)
        var library = MustacheLibrary()
        for (name, text) in texts {
            do {
                try library.register("{{% CONTENT_TYPE:\(SafeHTML.name)}}" + text, named: name)
            } catch {
                // The texts are part of the program, and a test renders every one of them.
                preconditionFailure("template \(name): \(error)")
            }
        }
        return library
    }

    /// Renders a text that is no page of ours; empty where it is not a template.
    static func text(_ text: String, _ model: Model) -> String {
        MustacheContentTypes.register(SafeHTML(), named: SafeHTML.name)
        let template = try? MustacheTemplate(string: "{{% CONTENT_TYPE:\(SafeHTML.name)}}" + text)
        return template?.render(model, library: library) ?? ""
    }

    /// Renders a page or a part of one.
    static func render(_ name: String, _ model: Model) -> String {
        library.render(model, withTemplate: name) ?? ""
    }
}
