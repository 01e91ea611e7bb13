/// The page that asks for a token.
enum SignInTemplate {
    static let text = """
        {{<layout}}
        {{$main}}
        <div class="sign-in">
        <h1>Sign in</h1>
        {{#problem}}
        <p class="notice error" role="alert" id="problem">{{problem}}</p>
        {{/problem}}
        <form method="post" action="/login">
        {{#csrf}}<input type="hidden" name="form_token" value="{{csrf}}">{{/csrf}}
        {{#next}}<input type="hidden" name="next" value="{{next}}">{{/next}}
        <input type="text" name="username" value="postchute" autocomplete="username" hidden>
        <p><label for="token">Token</label><input type="password" id="token" name="token" required autocomplete="current-password" spellcheck="false" autofocus{{#problem}} aria-describedby="problem"{{/problem}}></p>
        <p><button>Sign in</button></p>
        </form>
        <p class="dim">No token yet? Whoever runs this server makes one: <code>postchute token add NAME</code></p>
        </div>
        {{/main}}
        {{/layout}}
        """
}

/// A page that says why there is nothing else.
enum ProblemTemplate {
    static let text = """
        {{<layout}}
        {{$main}}
        <h1>{{heading}}</h1>
        <p>{{sentence}}</p>
        {{#advice}}<p class="advice">{{advice}}</p>{{/advice}}
        {{#back}}<p><a href="{{back}}">{{backWord}}</a></p>{{/back}}
        {{/main}}
        {{/layout}}
        """
}
