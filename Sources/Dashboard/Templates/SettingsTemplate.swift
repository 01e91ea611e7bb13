/// The settings in effect.
enum SettingsTemplate {
    static let text = """
        {{<layout}}
        {{$main}}
        <h1>Settings in effect</h1>
        <p>{{source}} Secrets stand in files of their own: this page shows their paths, never what is in them.</p>
        {{#tables}}
        <section aria-labelledby="{{id}}">
        <h2 id="{{id}}"><code>{{head}}</code></h2>
        <table class="cards settings">
        <caption class="hidden">Settings of {{head}}</caption>
        <thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">From</th><th scope="col">What it does</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr class="{{tone}}"><th scope="row"><code>{{key}}</code></th><td data-label="Value">{{#isCode}}<code>{{value}}</code>{{/isCode}}{{^isCode}}{{value}}{{/isCode}}</td><td data-label="From">{{origin}}</td><td data-label="What it does">{{sentence}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </section>
        {{/tables}}
        {{^tables}}
        <p class="empty">{{empty}}</p>
        {{/tables}}
        {{/main}}
        {{/layout}}
        """
}
