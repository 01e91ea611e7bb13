/// What stands around every page, as its template wants it.
struct PageShell {
    /// The pages that the navigation leads to.
    enum Section: String, CaseIterable {
        case overview, messages, routes, settings

        var path: String { self == .overview ? "/" : "/\(rawValue)" }

        var label: String {
            switch self {
            case .overview: "Overview"
            case .messages: "Messages"
            case .routes: "Routes"
            case .settings: "Settings"
            }
        }
    }

    var title: String
    var section: Section?
    var visitor: Visitor?
    var version = ""
    var notice: Notice?

    /// Renders a page of this template, whose names stand beside those of the frame.
    func render(_ template: String, _ content: Model = [:]) -> String {
        var model = content
        model["title"] = .text(title)
        model["icon"] = .text(Assets.icon.path)
        model["style"] = .text(Assets.style.path)
        model["script"] = section == .overview ? .text(Assets.script.path) : .nothing
        model["version"] = .text(version)
        model["csrf"] = .text(visitor?.formToken ?? "")
        model["canAct"] = .flag(visitor?.isOperator == true)
        model["visitor"] = visitor.map { .model(frame($0)) } ?? .nothing
        model["notice"] = notice.map { .model($0.model) } ?? .nothing
        return Templates.render(template, model)
    }

    private func frame(_ visitor: Visitor) -> Model {
        [
            "name": .text(visitor.name),
            "role": .text(visitor.role.rawValue),
            "pages": .list(
                Section.allCases.map {
                    [
                        "href": .text($0.path), "label": .text($0.label),
                        "isCurrent": .flag($0 == section),
                    ]
                }
            ),
        ]
    }
}
