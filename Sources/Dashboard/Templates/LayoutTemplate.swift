/// What stands around every page.
enum LayoutTemplate {
    static let text = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex, nofollow">
        <title>{{title}} · Postchute</title>
        <link rel="icon" href="{{icon}}" type="image/svg+xml">
        <link rel="stylesheet" href="{{style}}">
        {{#script}}
        <script src="{{script}}" defer></script>
        {{/script}}
        </head>
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
        <p class="brand"><a href="/">Postchute</a></p>
        {{#visitor}}
        <nav aria-label="Pages">
        <ul>
        {{#pages}}
        <li><a href="{{href}}"{{#isCurrent}} aria-current="page"{{/isCurrent}}>{{label}}</a></li>
        {{/pages}}
        </ul>
        </nav>
        <form class="visitor" method="post" action="/logout">
        <input type="hidden" name="form_token" value="{{csrf}}">
        <span>{{name}} <span class="dim">({{role}})</span></span>
        <button class="quiet">Sign out</button>
        </form>
        {{/visitor}}
        </header>
        <main id="main" tabindex="-1">
        {{#notice}}
        <div class="notice {{tone}}" role="status">
        {{#lines}}
        <p>{{line}}</p>
        {{/lines}}
        </div>
        {{/notice}}
        {{$main}}{{/main}}
        </main>
        <footer class="bottom">
        <p>Postchute {{version}} · All times are UTC.</p>
        </footer>
        </body>
        </html>

        """
}
